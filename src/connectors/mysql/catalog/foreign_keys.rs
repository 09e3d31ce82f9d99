//! Foreign keys, of which a login may be shown one half and not the other.
//!
//! Measured on `MySQL` 9.7 and `MariaDB` 10.11. `MySQL` shows what a key does for any right on its
//! table, and each of its columns for a right on that column. `MariaDB` shows the columns for any
//! right on the table as a whole, and what the key does only for a right on the whole database that
//! is more than to read; one on the table is not enough.

use std::collections::BTreeMap;

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::{ForeignKey, ForeignKeyAction, Match};

/// Schema, table and name of a foreign key.
type Name = (String, String, String);

/// What foreign keys do, by their names.
#[derive(Default)]
pub struct Actions(BTreeMap<Name, Action>);

struct Action {
    on_update: ForeignKeyAction,
    on_delete: ForeignKeyAction,
    match_type: Match,
    /// The table that is referred to.
    to: String,
}

/// What is kept from the login.
#[derive(Default)]
pub struct Kept {
    /// Tables of whose foreign keys the actions are hidden.
    pub actions: Hidden,
    /// Foreign keys of which columns are hidden.
    pub columns: Hidden,
}

fn name(row: &Row) -> Name {
    (row.string(0), row.string(1), row.string(2))
}

/// What foreign keys do.
pub async fn actions(catalog: &mut Catalog<'_>) -> Result<Option<Actions>, Failure> {
    let mut actions = BTreeMap::new();
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
    Ok(Some(Actions(actions)))
}

/// Reads the foreign keys, by name. Without `actions` all of those are unknown.
pub async fn read(
    catalog: &mut Catalog<'_>,
    actions: Option<Actions>,
    tables: &mut Tables,
) -> Result<Kept, Failure> {
    let told = actions.is_some();
    let Actions(mut actions) = actions.unwrap_or_default();
    let mut kept = Kept::default();
    let sql = include_str!("../sql/foreign_keys.sql");
    let read = catalog.read(sql, |row| {
        let Some(table) = tables.of(row) else {
            return;
        };
        let name = name(row);
        let keys = &mut table.foreign_keys;
        let is_last = keys
            .last()
            .is_some_and(|k| k.name.as_deref() == Some(&name.2));
        if !is_last {
            let known = actions.remove(&name);
            if told && known.is_none() {
                kept.actions.add(&name.0, &name.1);
            }
            keys.push(key(row, known));
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(row.string(3));
            key.referenced_columns.push(row.string(6));
            let place = u64::try_from(key.columns.len()).unwrap_or(u64::MAX);
            if row.number(7).is_some_and(|shown| shown > place) {
                let (schema, table, key) = &name;
                kept.columns.add(schema, &format!("{key} of {table}"));
            }
        }
    });
    read.await?;
    // What is left has not one column that the login may see.
    for ((schema, table, key), action) in actions {
        if tables.place(schema.as_bytes(), table.as_bytes()).is_some() {
            let to = action.to;
            kept.columns
                .add(&schema, &format!("{key} of {table} (to {to})"));
        }
    }
    for table in tables.list_mut() {
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(kept)
}

/// Without columns yet.
fn key(row: &Row, action: Option<Action>) -> ForeignKey {
    let (on_update, on_delete, match_type) = action.map_or(
        (
            ForeignKeyAction::Unknown,
            ForeignKeyAction::Unknown,
            Match::Simple,
        ),
        |a| (a.on_update, a.on_delete, a.match_type),
    );
    ForeignKey {
        name: row.text(2),
        columns: Vec::new(),
        referenced_schema: row.text(4),
        referenced_table: row.string(5),
        referenced_columns: Vec::new(),
        on_update,
        on_delete,
        match_type,
        ..ForeignKey::default()
    }
}
