//! What stands around the columns of a table: keys, foreign keys, checks, indexes, triggers,
//! definitions, sizes; joined in memory.

use std::collections::HashMap;

use rusqlite::Connection;

use super::catalog::{AllColumns, BINARY, Described, Found};
use super::ddl::{self, TableText};
use super::relations::{self, Definitions, FoundForeignKey, FoundIndex, FoundTrigger, IndexOrigin};
use crate::schema::{
    ForeignKey, ForeignKeyAction, Generated, Index, IndexColumn, Key, Order, Table, TableKind,
    Trigger,
};

/// The most bytes of statements that are read of one file.
pub(super) const DEFINITIONS: usize = 64 << 20;

/// The largest file of which sizes are told, in bytes: it has to be read as a whole for them.
const SIZED: u64 = 64 << 20;

/// All that is known of the tables beside their columns.
pub(super) struct Details {
    definitions: Definitions,
    indexes: HashMap<String, Vec<FoundIndex>>,
    foreign_keys: HashMap<String, Vec<FoundForeignKey>>,
    sizes: HashMap<String, u64>,
    /// The primary keys of all tables, by name in lower case.
    primary_keys: HashMap<String, Vec<String>>,
    /// The names of the columns of all tables, by name in lower case.
    columns: HashMap<String, Vec<String>>,
    /// The names of tables by their lower case, in which references find them.
    names: HashMap<String, String>,
}

impl Details {
    /// Reads the details of the tables `found`. None where the file holds too much text.
    pub(super) fn read(
        connection: &Connection,
        found: &[Found],
        columns: &mut AllColumns,
    ) -> rusqlite::Result<Option<Self>> {
        let names: HashMap<_, _> = found
            .iter()
            .map(|found| (found.name.to_ascii_lowercase(), found.name.clone()))
            .collect();
        let wanted = |table: &str| names.contains_key(&table.to_ascii_lowercase());
        let Some(definitions) = relations::definitions(connection, wanted, DEFINITIONS)? else {
            return Ok(None);
        };
        let primary_keys = columns.keys.drain().map(|(table, mut key)| {
            key.sort_unstable();
            (table, key.into_iter().map(|(_, column)| column).collect())
        });
        Ok(Some(Self {
            definitions,
            indexes: relations::indexes(connection)?,
            foreign_keys: relations::foreign_keys(connection)?,
            // What cannot be measured has no size: a damaged page elsewhere is no reason to fail.
            sizes: relations::sizes(connection, SIZED).unwrap_or_default(),
            primary_keys: primary_keys.collect(),
            columns: std::mem::take(&mut columns.names),
            names,
        }))
    }

    /// The details of one table, with the columns as they were read of it.
    pub(super) fn of(&mut self, found: &Found, described: &mut [Described]) -> Table {
        let sql = self.definitions.tables.remove(&found.name);
        let sql = sql.unwrap_or_default();
        let triggers = self.definitions.triggers.remove(&found.name);
        let mut table = Table {
            name: found.name.clone(),
            kind: found.kind,
            triggers: triggers.into_iter().flatten().map(trigger).collect(),
            ..Table::default()
        };
        match found.kind {
            TableKind::View => {
                let select = ddl::create_view(&sql).unwrap_or(&sql);
                table.definition = Some(select.to_owned()).filter(|sql| !sql.is_empty());
            }
            TableKind::VirtualTable => {
                if let Some((module, arguments)) = ddl::create_virtual_table(&sql) {
                    table.engine = Some(module);
                    let arguments = arguments.map(|text| ("arguments".to_owned(), text.into()));
                    table.options.extend(arguments);
                }
            }
            _ => self.of_stored(found, &sql, described, &mut table),
        }
        table
    }

    fn of_stored(
        &mut self,
        found: &Found,
        sql: &str,
        described: &mut [Described],
        table: &mut Table,
    ) {
        let text = ddl::create_table(sql).filter(|text| is_of(text, described));
        let mut text = text.unwrap_or_default();
        for (column, told) in described.iter_mut().zip(&mut text.columns) {
            column.column.generated = column.generated.and_then(|stored| {
                let expression = told.generated.take()?;
                Some(Generated { expression, stored })
            });
        }
        for (name, set) in [
            ("strict", found.strict),
            ("without_rowid", found.without_rowid),
        ] {
            table
                .options
                .extend(set.then(|| (name.to_owned(), true.into())));
        }
        table.checks = std::mem::take(&mut text.checks);
        let indexes = self.indexes.remove(&found.name).unwrap_or_default();
        let (keys, constraints): (Vec<_>, HashMap<_, _>) = self
            .keys(&found.name, &indexes, &text)
            .into_iter()
            .map(|NamedKey { key, index }| {
                let name = key.name.clone();
                (key, (index, name))
            })
            .unzip();
        table.keys = keys;
        table.foreign_keys = self.foreign_keys_of(&found.name, text);
        table.size_bytes = self.sizes.get(&found.name).copied();
        // The primary key of a table without rowids is the table itself.
        let sizes = indexes.iter().map(|index| self.sizes.get(&index.name));
        table.index_size_bytes = table.size_bytes.map(|_| {
            sizes
                .flatten()
                .fold(0, |sum: u64, size| sum.saturating_add(*size))
        });
        let collations: HashMap<_, _> = described
            .iter()
            .filter_map(|d| Some((d.column.name.as_str(), d.column.collation.as_deref()?)))
            .collect();
        let index = |found: FoundIndex| {
            let constraint = constraints.get(&Some(found.name.clone())).cloned();
            Index {
                constraint: constraint.flatten(),
                ..self.index(found, &collations)
            }
        };
        table.indexes = indexes.into_iter().map(index).collect();
    }

    /// The primary key, and the unique constraints in the order in which they were declared.
    fn keys(&self, table: &str, indexes: &[FoundIndex], text: &TableText) -> Vec<NamedKey> {
        let mut told: HashMap<(bool, Vec<String>), Vec<Option<&str>>> = HashMap::new();
        for key in &text.keys {
            let names = told.entry((key.primary, folded(&key.columns))).or_default();
            names.push(key.name.as_deref());
        }
        let mut unique: Vec<_> = indexes
            .iter()
            .filter(|index| index.origin == IndexOrigin::Unique)
            .map(|index| (number(&index.name), index, columns_of(index)))
            .collect();
        unique.sort_by_key(|(number, ..)| *number);
        let mut alike: HashMap<Vec<String>, usize> = HashMap::new();
        for (.., columns) in &unique {
            *alike.entry(folded(columns)).or_default() += 1;
        }
        let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
        let primary = self.primary_keys.get(&table.to_ascii_lowercase());
        let primary = primary.map(|columns| {
            let names = told.get(&(true, folded(columns)));
            let name = names.and_then(|names| *names.first()?);
            let index = indexes
                .iter()
                .find(|index| index.origin == IndexOrigin::PrimaryKey);
            NamedKey::new(true, name, columns.clone(), index)
        });
        let unique = unique.into_iter().map(|(_, index, columns)| {
            let folded = folded(&columns);
            let alike = alike.get(&folded).copied().unwrap_or_default();
            let place = seen.entry(folded.clone()).or_default();
            // Of constraints that are alike in all, SQLite keeps the first; those that differ in
            // their collations it keeps in order.
            let names = told.get(&(false, folded)).map(Vec::as_slice);
            let name = match names.unwrap_or_default() {
                [first, ..] if alike == 1 => *first,
                names if names.len() == alike => names.get(*place).copied().flatten(),
                _ => None,
            };
            *place += 1;
            NamedKey::new(false, name, columns, Some(index))
        });
        primary.into_iter().chain(unique).collect()
    }

    fn foreign_keys_of(&mut self, table: &str, text: TableText) -> Vec<ForeignKey> {
        let found = self.foreign_keys.remove(table).unwrap_or_default();
        // Names and deferrability are told only where text and catalog agree on all of the keys.
        let agree = found.len() == text.foreign_keys.len()
            && found.iter().zip(&text.foreign_keys).all(|(found, told)| {
                found.table.eq_ignore_ascii_case(&told.table)
                    && folded(&found.columns) == folded(&told.columns)
            });
        let mut told = text.foreign_keys.into_iter().filter(|_| agree);
        let key = |found: FoundForeignKey| {
            let told = told.next().unwrap_or_default();
            let parent = found.table.to_ascii_lowercase();
            let mut referenced = found.referenced;
            if referenced.is_empty() {
                let key = self.primary_keys.get(&parent);
                referenced = key.cloned().unwrap_or_default();
            }
            // A reference may write names in other letters than the table that it means.
            let columns = self.columns.get(&parent).map_or(&[][..], Vec::as_slice);
            for name in &mut referenced {
                if let Some(own) = columns.iter().find(|own| own.eq_ignore_ascii_case(name)) {
                    name.clone_from(own);
                }
            }
            let action = |sql: &str| ForeignKeyAction::from_sql(sql).unwrap_or_default();
            ForeignKey {
                name: told.name,
                columns: found.columns,
                referenced_schema: None,
                referenced_table: self.names.get(&parent).cloned().unwrap_or(found.table),
                referenced_columns: referenced,
                on_update: action(&found.on_update),
                on_delete: action(&found.on_delete),
                deferrable: told.deferrable,
                initially_deferred: told.initially_deferred,
                ..ForeignKey::default()
            }
        };
        found.into_iter().map(key).collect()
    }

    fn index(&mut self, found: FoundIndex, collations: &HashMap<&str, &str>) -> Index {
        let sql = self.definitions.indexes.remove(&found.name);
        let told = sql.as_deref().and_then(ddl::create_index);
        let told = told.filter(|told| told.terms.len() == found.keys.len());
        let told = told.unwrap_or_default();
        let keys = found.keys.into_iter().enumerate().map(|(at, key)| {
            let own = key.column.as_deref().and_then(|name| collations.get(name));
            let differs = !key.collation.eq_ignore_ascii_case(own.unwrap_or(&BINARY));
            IndexColumn {
                expression: match key.column {
                    None => told.terms.get(at).map(|term| (*term).to_owned()),
                    Some(_) => None,
                },
                name: key.column,
                order: Some(if key.descending {
                    Order::Desc
                } else {
                    Order::Asc
                }),
                collation: Some(key.collation).filter(|name| differs && !name.is_empty()),
                ..IndexColumn::default()
            }
        });
        Index {
            columns: keys.collect(),
            name: found.name,
            unique: found.unique,
            method: "btree".to_owned(),
            primary: found.origin == IndexOrigin::PrimaryKey,
            predicate: told.predicate.filter(|_| found.partial).map(str::to_owned),
            ..Index::default()
        }
    }
}

/// A key, and the name of the index that serves it.
struct NamedKey {
    key: Key,
    index: Option<String>,
}

impl NamedKey {
    fn new(
        primary: bool,
        name: Option<&str>,
        columns: Vec<String>,
        index: Option<&FoundIndex>,
    ) -> Self {
        Self {
            key: Key {
                name: name.map(str::to_owned),
                primary,
                columns,
                ..Key::default()
            },
            index: index.map(|index| index.name.clone()),
        }
    }
}

fn columns_of(index: &FoundIndex) -> Vec<String> {
    let columns = index.keys.iter().filter_map(|key| key.column.clone());
    columns.collect()
}

/// Whether the statement is the one that made these columns.
fn is_of(text: &TableText, described: &[Described]) -> bool {
    text.columns.len() == described.len()
        && text.columns.iter().zip(described).all(|(told, column)| {
            told.name == column.column.name
                && told.generated.is_some() == column.generated.is_some()
        })
}

/// Names as they are compared: the case of ASCII letters does not tell them apart.
fn folded(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name.to_ascii_lowercase()).collect()
}

/// The number at the end of `sqlite_autoindex_TABLE_1`: constraints are counted as they are declared.
fn number(name: &str) -> Option<u32> {
    name.rsplit('_').next()?.parse().ok()
}

fn trigger(found: FoundTrigger) -> Trigger {
    let told = ddl::create_trigger(&found.sql);
    Trigger {
        name: found.name,
        timing: told.map_or_else(String::new, |(timing, _)| timing.to_owned()),
        events: told
            .map(|(_, event)| event.to_owned())
            .into_iter()
            .collect(),
        for_each_row: true,
        definition: found.sql,
        ..Trigger::default()
    }
}
