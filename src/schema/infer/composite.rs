//! References to primary keys of several columns: by columns of the same names and types.

use std::collections::{HashMap, HashSet};

use super::{Kind, words};
use crate::schema::{InferredRelationship, Schema, Table, TableKind};

/// The most keys that share their rarest column; such a column says nothing.
const MOST: usize = 20;

/// The most columns of a key.
const WIDEST: usize = 8;

pub(super) fn infer(schema: &Schema, inferred: &mut [Vec<InferredRelationship>]) {
    let keys = by_rarest_column(schema, inferred);
    if keys.is_empty() {
        return;
    }
    let referred = keys.values().flatten();
    let referred = referred.filter_map(|at| Some((*at, schema.tables.get(*at)?)));
    let referred: HashMap<_, _> = referred
        .map(|(at, table)| (at, (table, kinds(table))))
        .collect();
    for (at, table) in schema.tables.iter().enumerate() {
        if table.kind == TableKind::Partition || !table.fields.is_empty() {
            continue;
        }
        let declared = table.foreign_keys.iter().flat_map(|key| &key.columns);
        let declared: HashSet<&str> = declared.map(String::as_str).collect();
        let kinds: HashMap<&str, Option<Kind>> = kinds(table);
        let mut found = Vec::new();
        for column in &table.columns {
            let place = (table.schema.as_deref(), column.name.as_str());
            for to in keys.get(&place).into_iter().flatten() {
                let Some((target, theirs)) = referred.get(to).filter(|_| *to != at) else {
                    continue;
                };
                let fits = |name: &String| {
                    let kind = kinds.get(name.as_str()).copied().flatten();
                    kind.is_some()
                        && theirs.get(name.as_str()).copied().flatten() == kind
                        && !declared.contains(name.as_str())
                };
                // Tables that share their key are two halves of one.
                let shared = target.primary_key.len() == table.primary_key.len()
                    && target
                        .primary_key
                        .iter()
                        .all(|name| table.primary_key.contains(name));
                if !shared && target.primary_key.iter().all(fits) {
                    found.push(supposed(target));
                }
            }
        }
        if let Some(all) = inferred.get_mut(at) {
            all.extend(found);
        }
    }
}

fn kinds(table: &Table) -> HashMap<&str, Option<Kind>> {
    let columns = table.columns.iter();
    columns
        .map(|of| (of.name.as_str(), Kind::of(&of.logical_type)))
        .collect()
}

fn supposed(target: &Table) -> InferredRelationship {
    let key = &target.primary_key;
    let names = key
        .iter()
        .map(|name| format!("'{name}'"))
        .collect::<Vec<_>>()
        .join(", ");
    InferredRelationship {
        columns: key.clone(),
        referenced_schema: target.schema.clone(),
        referenced_table: target.name.clone(),
        referenced_columns: key.clone(),
        reason: format!(
            "{names} are the columns of the primary key of '{}', and their types fit.",
            target.name
        ),
    }
}

/// The tables with such keys, by schema and the column that the fewest of the keys have. Left out
/// are those whose key another table has too, and those that only join others: all of whose
/// columns refer themselves.
fn by_rarest_column<'a>(
    schema: &'a Schema,
    inferred: &[Vec<InferredRelationship>],
) -> HashMap<(Option<&'a str>, &'a str), Vec<usize>> {
    let mut sets: HashMap<(Option<&str>, Vec<&str>), Vec<usize>> = HashMap::new();
    let mut uses: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    for (at, table) in schema.tables.iter().enumerate() {
        let kinds = [
            TableKind::Table,
            TableKind::PartitionedTable,
            TableKind::SystemVersioned,
        ];
        let key = &table.primary_key;
        let plain = |name: &String| !says_nothing(name);
        if !kinds.contains(&table.kind)
            || key.len() < 2
            || key.len() > WIDEST
            || !key.iter().all(plain)
        {
            continue;
        }
        let mut set: Vec<_> = key.iter().map(String::as_str).collect();
        set.sort_unstable();
        for name in &set {
            *uses.entry((table.schema.as_deref(), name)).or_default() += 1;
        }
        sets.entry((table.schema.as_deref(), set))
            .or_default()
            .push(at);
    }
    let mut keys: HashMap<_, Vec<usize>> = HashMap::new();
    let mut sets: Vec<_> = sets.into_iter().collect();
    sets.sort_unstable();
    for ((place, set), tables) in sets {
        let [at] = tables[..] else {
            continue;
        };
        let Some(table) = schema.tables.get(at) else {
            continue;
        };
        let declared = table.foreign_keys.iter().flat_map(|key| &key.columns);
        let supposed = inferred
            .get(at)
            .into_iter()
            .flatten()
            .flat_map(|of| &of.columns);
        let refers: HashSet<&str> = declared.chain(supposed).map(String::as_str).collect();
        if set.iter().all(|name| refers.contains(name)) {
            continue;
        }
        let rarest = set
            .iter()
            .min_by_key(|name| uses.get(&(place, **name)).copied());
        if let Some(rarest) = rarest {
            keys.entry((place, *rarest)).or_default().push(at);
        }
    }
    keys.retain(|_, tables| tables.len() <= MOST);
    keys
}

/// Names that columns of any table can have.
fn says_nothing(name: &str) -> bool {
    let words = words::split(name);
    let [word] = &words[..] else {
        return words.is_empty();
    };
    let common = [
        "code", "type", "kind", "status", "state", "language", "locale", "lang",
    ];
    words::is_id(word)
        || words::is_description(word)
        || (words::is_measure(word) && word != "line")
        || common.contains(&word.as_str())
}
