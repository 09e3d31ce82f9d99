//! The references between the tables of a schema, declared or supposed, in one form.

use std::collections::{HashMap, HashSet};

use super::{ForeignKey, Schema, Table};

/// A reference from one table to another one.
#[derive(Debug, Clone, Copy)]
pub struct Relation<'a> {
    /// The table that refers: its place among the tables.
    pub from: usize,
    /// The columns that refer.
    pub columns: &'a [String],
    /// The table that is referred to: its place, where it stands in the schema.
    pub to: Option<usize>,
    /// Its schema, as the reference names it.
    pub to_schema: Option<&'a str>,
    /// Its name, as the reference names it.
    pub to_table: &'a str,
    /// The columns that are referred to.
    pub to_columns: &'a [String],
    /// How it is known.
    pub source: Source<'a>,
}

/// How a reference is known.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The database declares it.
    Declared(&'a ForeignKey),
    /// Names and types let one suppose it; why.
    Inferred(&'a str),
}

/// Finds tables by schema and name.
#[derive(Debug)]
pub struct TableIndex<'a>(HashMap<(Option<&'a str>, &'a str), usize>);

impl<'a> TableIndex<'a> {
    /// Of all tables of a schema.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        let tables = schema.tables.iter().enumerate();
        Self(
            tables
                .map(|(at, table)| ((table.schema.as_deref(), table.name.as_str()), at))
                .collect(),
        )
    }

    /// The place of a table.
    #[must_use]
    pub fn get(&self, schema: Option<&'a str>, name: &'a str) -> Option<usize> {
        self.0.get(&(schema, name)).copied()
    }
}

/// All references, in the order of their tables; of each table the declared ones first.
pub fn relations<'a>(
    schema: &'a Schema,
    index: &'a TableIndex<'a>,
) -> impl Iterator<Item = Relation<'a>> {
    let tables = schema.tables.iter().enumerate();
    tables.flat_map(move |(from, table)| {
        let declared = table.foreign_keys.iter().map(move |key| Relation {
            from,
            columns: &key.columns,
            to: index.get(key.referenced_schema.as_deref(), &key.referenced_table),
            to_schema: key.referenced_schema.as_deref(),
            to_table: &key.referenced_table,
            to_columns: &key.referenced_columns,
            source: Source::Declared(key),
        });
        let inferred = table
            .inferred_relationships
            .iter()
            .map(move |link| Relation {
                from,
                columns: &link.columns,
                to: index.get(link.referenced_schema.as_deref(), &link.referenced_table),
                to_schema: link.referenced_schema.as_deref(),
                to_table: &link.referenced_table,
                to_columns: &link.referenced_columns,
                source: Source::Inferred(&link.reason),
            });
        declared.chain(inferred)
    })
}

impl Table {
    /// The sets of columns of which no two rows have the same: the primary key, unique constraints,
    /// and unique indexes over plain columns and all rows.
    #[must_use]
    pub fn unique_keys(&self) -> Vec<Vec<&str>> {
        let mut seen = HashSet::new();
        let primary = self
            .primary_key
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>();
        let keys = self.keys.iter().filter(|key| !key.without_overlaps);
        let keys = keys.map(|key| key.columns.iter().map(String::as_str).collect());
        let whole = |index: &&super::Index| {
            index.unique && index.predicate.is_none() && !index.invalid && !index.sparse
        };
        let indexes = self.indexes.iter().filter(whole).filter_map(|index| {
            let columns = index.columns.iter();
            columns
                .map(|column| match column.prefix_length {
                    None => column.name.as_deref(),
                    Some(_) => None,
                })
                .collect::<Option<Vec<_>>>()
        });
        let all = std::iter::once(primary).chain(keys).chain(indexes);
        all.filter(|key| !key.is_empty() && seen.insert(key.clone()))
            .collect()
    }

    /// Whether no two rows have the same values of these columns.
    #[must_use]
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let covers = |key: &Vec<&str>| key.iter().all(|part| columns.iter().any(|c| c == part));
        self.unique_keys().iter().any(covers)
    }
}
