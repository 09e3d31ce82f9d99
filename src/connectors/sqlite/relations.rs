//! Indexes, foreign keys, definitions and sizes, as the file's catalog tells them: each by one
//! query for all tables.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use super::catalog::text;

/// An index, as its rows tell it.
pub(super) struct FoundIndex {
    pub name: String,
    pub unique: bool,
    pub origin: IndexOrigin,
    pub partial: bool,
    pub keys: Vec<FoundKey>,
}

/// What made an index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexOrigin {
    Statement,
    Unique,
    PrimaryKey,
}

/// One key of an index.
pub(super) struct FoundKey {
    /// The column; absent for an expression.
    pub column: Option<String>,
    pub descending: bool,
    pub collation: String,
}

/// A foreign key, as its rows tell it.
pub(super) struct FoundForeignKey {
    pub id: i64,
    pub table: String,
    pub columns: Vec<String>,
    /// Empty where none are named.
    pub referenced: Vec<String>,
    pub on_update: String,
    pub on_delete: String,
}

/// A trigger with its statement.
pub(super) struct FoundTrigger {
    pub name: String,
    pub sql: String,
}

/// The statements that made what there is.
#[derive(Default)]
pub(super) struct Definitions {
    /// Of tables, views and virtual tables, by their names.
    pub tables: HashMap<String, String>,
    /// Of indexes, by their names.
    pub indexes: HashMap<String, String>,
    /// By table.
    pub triggers: HashMap<String, Vec<FoundTrigger>>,
}

/// The statements of the tables that are wanted. None where they have more than `most` bytes.
pub(super) fn definitions(
    connection: &Connection,
    wanted: impl Fn(&str) -> bool,
    most: usize,
) -> rusqlite::Result<Option<Definitions>> {
    let mut found = Definitions::default();
    let mut left = most;
    let mut statement = connection.prepare(include_str!("sql/definitions.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let table = text(row, 2)?;
        if !wanted(&table) {
            continue;
        }
        let (name, sql) = (text(row, 1)?, text(row, 3)?);
        left = match left.checked_sub(sql.len()) {
            Some(left) => left,
            None => return Ok(None),
        };
        match text(row, 0)?.as_str() {
            "table" | "view" => drop(found.tables.insert(name, sql)),
            "index" => drop(found.indexes.insert(name, sql)),
            "trigger" => {
                let triggers = found.triggers.entry(table).or_default();
                triggers.push(FoundTrigger { name, sql });
            }
            _ => {}
        }
    }
    Ok(Some(found))
}

/// The indexes of each table, by name.
pub(super) fn indexes(
    connection: &Connection,
) -> rusqlite::Result<HashMap<String, Vec<FoundIndex>>> {
    let mut of: HashMap<String, Vec<FoundIndex>> = HashMap::new();
    let mut statement = connection.prepare(include_str!("sql/indexes.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let indexes = of.entry(text(row, 0)?).or_default();
        let (name, key) = (text(row, 1)?, index_key(row)?);
        match indexes.last_mut() {
            Some(last) if last.name == name => last.keys.push(key),
            _ => indexes.push(FoundIndex {
                name,
                unique: row.get(2)?,
                origin: match text(row, 3)?.as_str() {
                    "pk" => IndexOrigin::PrimaryKey,
                    "u" => IndexOrigin::Unique,
                    _ => IndexOrigin::Statement,
                },
                partial: row.get(4)?,
                keys: vec![key],
            }),
        }
    }
    Ok(of)
}

fn index_key(row: &Row<'_>) -> rusqlite::Result<FoundKey> {
    let column = match row.get(5)? {
        -2 => None,
        -1 => Some("rowid".to_owned()),
        _ => Some(text(row, 6)?),
    };
    Ok(FoundKey {
        column,
        descending: row.get(7)?,
        collation: text(row, 8)?,
    })
}

/// The foreign keys of each table, as they were declared one after the other.
pub(super) fn foreign_keys(
    connection: &Connection,
) -> rusqlite::Result<HashMap<String, Vec<FoundForeignKey>>> {
    let mut of: HashMap<String, Vec<FoundForeignKey>> = HashMap::new();
    let mut statement = connection.prepare(include_str!("sql/foreign_keys.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let keys = of.entry(text(row, 0)?).or_default();
        let id = row.get(1)?;
        let column = text(row, 3)?;
        let referenced = Some(text(row, 4)?).filter(|name| !name.is_empty());
        match keys.last_mut() {
            Some(last) if last.id == id => {
                last.columns.push(column);
                last.referenced.extend(referenced);
            }
            _ => keys.push(FoundForeignKey {
                id,
                table: text(row, 2)?,
                columns: vec![column],
                referenced: referenced.into_iter().collect(),
                on_update: text(row, 5)?,
                on_delete: text(row, 6)?,
            }),
        }
    }
    Ok(of)
}

/// Bytes of each table and index by name, of files of up to `most` bytes: to tell, all of the file
/// is read. Empty for a greater one.
pub(super) fn sizes(connection: &Connection, most: u64) -> rusqlite::Result<HashMap<String, u64>> {
    let pragma = |name: &str| {
        connection.query_row(&format!("PRAGMA main.{name}"), [], |row| {
            Ok(u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default())
        })
    };
    if pragma("page_count")?.saturating_mul(pragma("page_size")?) > most {
        return Ok(HashMap::new());
    }
    let mut statement = connection.prepare(include_str!("sql/sizes.sql"))?;
    let rows = statement.query_map([], |row| {
        let bytes: i64 = row.get(1)?;
        Ok((text(row, 0)?, u64::try_from(bytes).unwrap_or_default()))
    })?;
    rows.collect()
}
