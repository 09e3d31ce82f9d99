//! The indexes of collections (manual: listIndexes, createIndexes), and the keys that they make.

use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, RawDocumentBuf, doc};

use super::ask::Ask;
use super::json;
use crate::connectors::ConnectorError;
use crate::schema::{Index, IndexColumn, Key, Order, TableKind};

/// Indexes of one collection. `MongoDB` makes 64 at most.
const MOST: usize = 1_000;

/// What a plain key's index is called; the storage engine keeps it in a B-tree.
const PLAIN: &str = "btree";

/// What an entry says that has a place of its own in the schema, or tells nothing: the version of
/// the format, and the namespace and way of building that old servers kept.
const PLACED: &[&str] = &[
    "background",
    "expireAfterSeconds",
    "hidden",
    "key",
    "name",
    "ns",
    "partialFilterExpression",
    "sparse",
    "unique",
    "v",
    "weights",
];

/// The indexes of a collection, by name, that of `_id` first. Views have none.
pub async fn read(ask: &Ask<'_>, kind: TableKind) -> Result<Vec<Index>, ConnectorError> {
    if kind == TableKind::View {
        return Ok(Vec::new());
    }
    let command = doc! { "listIndexes": ask.collection };
    let entries: Vec<RawDocumentBuf> = ask.all(command, MOST).await?;
    let mut indexes: Vec<_> = entries.iter().filter_map(|entry| index(entry)).collect();
    indexes.sort_by(|a, b| (!a.primary, &a.name).cmp(&(!b.primary, &b.name)));
    Ok(indexes)
}

/// The keys that indexes make: that of `_id`, and every unique one that holds for all documents,
/// which partial and sparse ones do not. A document without the field counts as having null in it.
pub fn keys(indexes: &[Index]) -> Vec<Key> {
    let total = |index: &&Index| {
        index.primary || (index.unique && !index.sparse && index.predicate.is_none())
    };
    let whole = |index: &&Index| index.columns.iter().all(|column| column.order.is_some());
    let key = |index: &Index| Key {
        name: Some(index.name.clone()),
        primary: index.primary,
        columns: index
            .columns
            .iter()
            .filter_map(|c| c.name.clone())
            .collect(),
        nulls_not_distinct: index.nulls_not_distinct,
        ..Key::default()
    };
    indexes
        .iter()
        .filter(total)
        .filter(whole)
        .map(key)
        .collect()
}

fn index(entry: &RawDocument) -> Option<Index> {
    let name = entry.get_str("name").ok()?;
    let key = entry.get_document("key").ok()?;
    let columns = columns(key, entry.get_document("weights").ok());
    let flag = |name| is_set(entry.get(name).ok().flatten());
    let mut kinds = columns.iter().filter_map(|column| column.method.as_deref());
    let special = kinds.rfind(|kind| *kind != PLAIN);
    let method = special.unwrap_or(PLAIN).to_owned();
    let primary = is_id(key) || flag("clustered");
    let unique = flag("unique") || primary;
    let predicate = entry.get_document("partialFilterExpression").ok();
    Some(Index {
        name: name.to_owned(),
        unique,
        columns: columns
            .into_iter()
            .map(|column| beside(column, &method))
            .collect(),
        primary,
        predicate: predicate
            .and_then(json::document)
            .map(|json| json.to_string()),
        nulls_not_distinct: unique && !primary,
        sparse: flag("sparse"),
        invisible: flag("hidden"),
        expire_after_seconds: entry
            .get("expireAfterSeconds")
            .ok()
            .flatten()
            .and_then(number),
        options: options(entry),
        method,
        ..Index::default()
    })
}

/// The keys of an index. A text index holds its fields in `weights`, in the place of `_fts`.
fn columns(key: &RawDocument, weights: Option<&RawDocument>) -> Vec<IndexColumn> {
    let mut columns = Vec::new();
    for (name, value) in key.into_iter().map_while(Result::ok) {
        let name = name.as_str();
        match (name, weights) {
            ("_fts", Some(weights)) => columns.extend(weighted(weights)),
            ("_ftsx", Some(_)) => {}
            _ => columns.push(column(name, value)),
        }
    }
    columns
}

fn weighted(weights: &RawDocument) -> impl Iterator<Item = IndexColumn> {
    let weights = weights.into_iter().map_while(Result::ok);
    weights.map(|(field, weight)| IndexColumn {
        name: Some(field.as_str().to_owned()),
        method: Some("text".to_owned()),
        weight: number(weight),
        ..IndexColumn::default()
    })
}

/// A key is a direction, or the name of what its index is (manual: Index Types).
fn column(name: &str, value: RawBsonRef<'_>) -> IndexColumn {
    let wildcard = name == "$**" || name.ends_with(".$**");
    let method = match value {
        RawBsonRef::String(kind) => kind,
        _ if wildcard => "wildcard",
        _ => PLAIN,
    };
    let order = match number(value) {
        _ if method != PLAIN => None,
        Some(..0) => Some(Order::Desc),
        _ => Some(Order::Asc),
    };
    IndexColumn {
        name: Some(name.to_owned()),
        order,
        method: Some(method.to_owned()),
        ..IndexColumn::default()
    }
}

/// A key says what it is where it is otherwise than its index.
fn beside(column: IndexColumn, index: &str) -> IndexColumn {
    IndexColumn {
        method: column.method.filter(|method| method != index),
        ..column
    }
}

fn options(entry: &RawDocument) -> std::collections::BTreeMap<String, serde_json::Value> {
    let options = entry.into_iter().map_while(Result::ok);
    options
        .filter(|(name, _)| !PLACED.contains(&name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), json::value(value)?)))
        .collect()
}

fn is_id(key: &RawDocument) -> bool {
    let mut names = key.into_iter().map_while(Result::ok).map(|(name, _)| name);
    let first = names.next().is_some_and(|name| name == "_id");
    first && names.next().is_none()
}

/// Servers keep flags as they were given: true, or 1 of any kind.
fn is_set(value: Option<RawBsonRef<'_>>) -> bool {
    match value {
        Some(RawBsonRef::Boolean(flag)) => flag,
        Some(value) => number(value).is_some_and(|number| number != 0),
        None => false,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "saturates; directions and seconds may be kept as doubles"
)]
fn number(value: RawBsonRef<'_>) -> Option<i64> {
    match value {
        RawBsonRef::Int32(number) => Some(number.into()),
        RawBsonRef::Int64(number) => Some(number),
        RawBsonRef::Double(number) => Some(number as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
