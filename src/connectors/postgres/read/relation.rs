//! What is read from: a table, or a caller's own select, with the types that it has now.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::query;
use super::super::reader::Reader;
use super::super::text::identifier;
use super::super::types::Types;
use super::condition::Known;
use super::form::{Form, is_known};
use super::refusal::{gone, without_nul};
use crate::connectors::{ConnectorError, TableRead};
use crate::schema::TableKind;

/// Something to read from.
pub struct Relation {
    /// What stands behind `FROM`.
    pub from: String,
    /// The columns that are wanted, in their order.
    pub wanted: Vec<Known>,
    /// Those that conditions and orders name, by name.
    named: HashMap<String, Known>,
}

impl Relation {
    /// Asks the server what `read` is about. `wanted` are the names of the columns to answer. The types are
    /// those of this moment, and stay so until the end of the transaction: who describes a table
    /// holds it against changes.
    pub async fn describe(
        reader: &Reader<'_>,
        read: &TableRead,
        wanted: &[&str],
    ) -> Result<Self, ConnectorError> {
        let names = match (&read.query, read.kind) {
            (Some(query), TableKind::Query) => Some(query::names(reader, query).await?),
            _ => None,
        };
        let from = match (&read.query, &names) {
            (Some(query), Some(names)) => aliased(query, names.len()),
            _ => table(read),
        };
        let conditions = read.conditions.iter().map(|c| c.column.as_str());
        let ordered = read.order.iter().map(|o| o.column.as_str());
        let mentioned: Vec<_> = conditions.chain(ordered).collect();
        let mut seen = HashMap::new();
        let mut expressions = Vec::with_capacity(wanted.len() + mentioned.len());
        for name in wanted {
            // Of columns with one name, each is meant once.
            let nth = seen.entry(*name).and_modify(|n| *n += 1).or_insert(0);
            expressions.push(expression(names.as_deref(), name, *nth)?);
        }
        for name in &mentioned {
            expressions.push(expression(names.as_deref(), name, 0)?);
        }
        let forms = forms(reader, &from, &expressions).await?;
        let mut known: Vec<_> = expressions
            .into_iter()
            .zip(forms)
            .map(|(expression, form)| Known { expression, form })
            .collect();
        let conditions = known.split_off(wanted.len());
        Ok(Self {
            from,
            wanted: known,
            named: mentioned
                .into_iter()
                .map(str::to_owned)
                .zip(conditions)
                .collect(),
        })
    }

    /// A column that a condition or an order names.
    pub fn column(&self, name: &str) -> Result<&Known, ConnectorError> {
        self.named.get(name).ok_or_else(|| gone(Some(name)))
    }

    /// The schemas in which operators of conditions are found.
    pub fn schemas(&self) -> Vec<&str> {
        let schemas = self.named.values();
        let mut schemas: Vec<_> = schemas
            .filter_map(|known| known.form.schema.as_deref())
            .collect();
        schemas.sort_unstable();
        schemas.dedup();
        schemas
    }
}

fn table(read: &TableRead) -> String {
    let name = identifier(&read.table.name);
    match &read.table.schema {
        Some(schema) => format!("{}.{name} AS t", identifier(schema)),
        None => format!("{name} AS t"),
    }
}

/// The caller's select, its columns named by their places.
fn aliased(select: &str, columns: usize) -> String {
    let places: Vec<_> = (0..columns).map(|i| format!("c{i}")).collect();
    let select = query::bare(select);
    if places.is_empty() {
        format!("({select}\n) AS t")
    } else {
        format!("({select}\n) AS t ({})", places.join(", "))
    }
}

fn expression(names: Option<&[String]>, name: &str, nth: usize) -> Result<String, ConnectorError> {
    let Some(names) = names else {
        return Ok(format!("t.{}", identifier(name)));
    };
    let mut places = (0..).zip(names).filter(|(_, n)| *n == name);
    let place: Option<(usize, _)> = places.nth(nth);
    place
        .map(|(i, _)| format!("t.c{i}"))
        .ok_or_else(|| gone(Some(name)))
}

async fn forms(
    reader: &Reader<'_>,
    from: &str,
    expressions: &[String],
) -> Result<Vec<Form>, ConnectorError> {
    // Of no columns there is nothing to ask, nor words to ask it in.
    if expressions.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = "SELECT ".to_owned();
    for (i, expression) in expressions.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let _ = write!(select, "{comma}{expression}");
    }
    let _ = write!(select, " FROM {from}");
    let sql = query::ask_types(&select, expressions.len());
    without_nul(&sql)?;
    let oids: Vec<u32> = reader.all(&sql, |row| row.number(0)).await?;
    let types = if oids.iter().copied().all(is_known) {
        Types::default()
    } else {
        Types::of(reader, &oids).await?
    };
    Ok(oids.iter().map(|oid| Form::of(*oid, &types)).collect())
}
