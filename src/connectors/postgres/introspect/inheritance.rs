//! Partitions and what they are partitions of, and other tables that inherit.

use std::collections::HashMap;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Partition, PartitionOf, Partitioning, Table, TableRef};

use super::by_table::{ByTable, all, by_table};

/// That one table inherits from another, or is a partition of it.
pub struct Link {
    child: u32,
    child_name: TableRef,
    parent: u32,
    parent_name: TableRef,
    /// Of a partition: which rows are its own.
    bound: Option<String>,
}

/// By what a table's rows are dealt out.
pub struct PartitionKey {
    strategy: &'static str,
    key: String,
}

/// The links of the selected tables, upwards and downwards.
pub async fn read(reader: &Reader<'_>, selection: &Selection) -> Result<Vec<Link>, ConnectorError> {
    let sql = include_str!("../sql/inheritance.sql");
    let link = |row: &Row<'_>| {
        let name = |schema, name| {
            Ok::<_, ConnectorError>(TableRef {
                schema: row.owned(schema)?,
                name: row.text(name)?.to_owned(),
            })
        };
        Ok(Link {
            child: row.number(0)?,
            child_name: name(1, 2)?,
            parent: row.number(3)?,
            parent_name: name(4, 5)?,
            bound: row.owned(6)?,
        })
    };
    all(reader, selection, sql, "partitions", link).await
}

/// How the rows of the selected tables are dealt out.
pub async fn read_keys(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<PartitionKey>, ConnectorError> {
    let sql = include_str!("../sql/partition_keys.sql");
    let key = |row: &Row<'_>| {
        Ok(PartitionKey {
            strategy: strategy(row.letter(1)?),
            key: inside(row.text(2)?),
        })
    };
    by_table(reader, selection, sql, "partitioned tables", key).await
}

/// `partstrat`.
fn strategy(letter: char) -> &'static str {
    match letter {
        'l' => "list",
        'h' => "hash",
        _ => "range",
    }
}

/// What stands between the parentheses of `RANGE (day)`.
fn inside(definition: &str) -> String {
    let key = definition
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    key.unwrap_or(definition).to_owned()
}

/// The parent of each partition.
pub fn parents(links: &[Link]) -> HashMap<u32, u32> {
    let partitions = links.iter().filter(|link| link.bound.is_some());
    partitions.map(|link| (link.child, link.parent)).collect()
}

/// Writes into each table what it inherits from, what it is a partition of, and its partitions.
pub fn link(
    tables: &mut [Table],
    at: &HashMap<u32, usize>,
    links: Vec<Link>,
    mut keys: ByTable<PartitionKey>,
) {
    for (oid, at) in at {
        let key = keys.remove(oid).and_then(|mut keys| keys.pop());
        tables[*at].partitioning = key.map(|key| Partitioning {
            strategy: key.strategy.to_owned(),
            key: key.key,
            ..Partitioning::default()
        });
    }
    for link in links {
        let parent = at.get(&link.parent).map(|at| &mut tables[*at]);
        let partitioning = parent.and_then(|table| table.partitioning.as_mut());
        if let (Some(of), Some(bound)) = (partitioning, &link.bound) {
            of.partitions.push(Partition {
                schema: link.child_name.schema,
                name: link.child_name.name,
                bound: Some(bound.clone()),
            });
        }
        let Some(child) = at.get(&link.child).map(|at| &mut tables[*at]) else {
            continue;
        };
        match link.bound {
            None => child.inherits.push(link.parent_name),
            Some(bound) => {
                child.partition_of = Some(PartitionOf {
                    schema: link.parent_name.schema,
                    name: link.parent_name.name,
                    bound,
                });
            }
        }
    }
    for table in tables {
        if let Some(of) = &mut table.partitioning {
            of.partitions.sort_by(|a, b| place(a).cmp(&place(b)));
        }
    }
}

/// Partitions stand by name, as psql has them, and the default one last.
fn place(of: &Partition) -> (bool, Option<&str>, &str) {
    let last = of.bound.as_deref() == Some("DEFAULT");
    (last, of.schema.as_deref(), &of.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_what_stands_between_the_parentheses() {
        for (definition, key) in [
            ("RANGE (day)", "day"),
            ("LIST (lower((name)::text))", "lower((name)::text)"),
            ("HASH (a, \"b)\")", "a, \"b)\""),
            ("", ""),
        ] {
            assert_eq!(inside(definition), key);
        }
    }
}
