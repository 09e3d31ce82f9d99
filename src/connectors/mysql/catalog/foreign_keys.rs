//! Foreign keys, of which a login may be shown one half and not the other.
//!
//! Measured on `MySQL` 9.7 and `MariaDB` 10.11. `MySQL` shows what a key does for any right on its
//! table, and each of its columns for a right on that column. `MariaDB` shows the columns for any
//! right on the table as a whole, and what the key does only for a right on the whole database that
//! is more than to read; from 11.8 on, one on the table is enough.

use std::collections::BTreeMap;

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::{ForeignKey, ForeignKeyAction, Match};

/// Schema, table and name of a foreign key.
type Name = (String, String, String);

/// A foreign key with its name in full.
pub type Named = (Name, ForeignKey);

/// What foreign keys do, by their names.
pub type Actions = BTreeMap<Name, Action>;

/// What a foreign key does.
pub struct Action {
    pub on_update: ForeignKeyAction,
    pub on_delete: ForeignKeyAction,
    pub match_type: Match,
    /// The table that is referred to.
    pub to: String,
}

/// The name in the first three columns.
pub fn name(row: &Row) -> Name {
    (row.string(0), row.string(1), row.string(2))
}

/// Gives each table the foreign keys that are known in full.
pub fn put(keys: Vec<Named>, tables: &mut Tables) {
    for ((schema, table, _), key) in keys {
        if let Some(table) = tables.named(&schema, &table) {
            table.foreign_keys.push(key);
        }
    }
    sort(tables);
}

fn sort(tables: &mut Tables) {
    for table in tables.list_mut() {
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// What the foreign keys do.
pub async fn actions(catalog: &mut Catalog<'_>) -> Result<Actions, Failure> {
    let mut actions = Actions::new();
    let sql = include_str!("../sql/foreign_key_actions.sql");
    let read = catalog.read(sql, |row| {
        let action = |column| ForeignKeyAction::from_sql(&row.string(column));
        let match_type = match row.bytes(5) {
            Some(b"FULL") => Match::Full,
            Some(b"PARTIAL") => Match::Partial,
            _ => Match::Simple,
        };
        let action = Action {
            on_update: action(3).unwrap_or(ForeignKeyAction::Unknown),
            on_delete: action(4).unwrap_or(ForeignKeyAction::Unknown),
            match_type,
            to: format!("{}.{}", row.string(6), row.string(7)),
        };
        actions.insert(name(row), action);
    });
    read.await?;
    Ok(actions)
}

/// Reads the foreign keys, by name, without what they do. Answers those of which columns are hidden.
pub async fn read(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<Hidden, Failure> {
    let mut hidden = Hidden::default();
    let sql = include_str!("../sql/foreign_keys.sql");
    let read = catalog.read(sql, |row| {
        let Some(table) = tables.of(row) else {
            return;
        };
        let (schema, table_name, name) = name(row);
        let keys = &mut table.foreign_keys;
        let is_last = keys
            .last()
            .is_some_and(|key| key.name.as_deref() == Some(&name));
        if !is_last {
            keys.push(key(row));
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(row.string(3));
            key.referenced_columns.push(row.string(6));
            let place = u64::try_from(key.columns.len()).unwrap_or(u64::MAX);
            if row.number(7).is_some_and(|shown| shown > place) {
                hidden.add(&schema, &format!("{name} of {table_name}"));
            }
        }
    });
    read.await?;
    sort(tables);
    Ok(hidden)
}

/// Notes what foreign keys do. Answers the tables of which that is hidden for some; those keys of
/// which all columns are go to `columns`.
pub fn note(mut actions: Actions, tables: &mut Tables, columns: &mut Hidden) -> Hidden {
    let mut hidden = Hidden::default();
    for table in tables.list_mut() {
        let schema = table.schema.clone().unwrap_or_default();
        for key in &mut table.foreign_keys {
            let constraint = key.name.clone().unwrap_or_default();
            let name = (schema.clone(), table.name.clone(), constraint);
            if let Some(action) = actions.remove(&name) {
                key.on_update = action.on_update;
                key.on_delete = action.on_delete;
                key.match_type = action.match_type;
            } else {
                hidden.add(&schema, &table.name);
            }
        }
    }
    for ((schema, table, key), action) in actions {
        if tables.place(schema.as_bytes(), table.as_bytes()).is_some() {
            let to = action.to;
            columns.add(&schema, &format!("{key} of {table} (to {to})"));
        }
    }
    hidden
}

/// Without columns yet, and without what it does.
fn key(row: &Row) -> ForeignKey {
    ForeignKey {
        name: row.text(2),
        referenced_schema: row.text(4),
        referenced_table: row.string(5),
        on_update: ForeignKeyAction::Unknown,
        on_delete: ForeignKeyAction::Unknown,
        ..ForeignKey::default()
    }
}
