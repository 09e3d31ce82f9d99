//! Foreign keys.

use std::collections::HashMap;

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::{ForeignKey, ForeignKeyAction, Match};

/// Schema, table and name of a foreign key.
type Name = (String, String, String);

/// What foreign keys do, by their names.
#[derive(Default)]
pub struct Actions(HashMap<Name, (ForeignKeyAction, ForeignKeyAction, Match)>);

fn name(row: &Row) -> Name {
    (row.string(0), row.string(1), row.string(2))
}

/// What foreign keys do. `MariaDB` tells it to no login that may only read.
pub async fn actions(catalog: &mut Catalog<'_>) -> Result<Actions, Failure> {
    let mut actions = HashMap::new();
    let sql = include_str!("../sql/foreign_key_actions.sql");
    let read = catalog.read(sql, |row| {
        let action = |column| ForeignKeyAction::from_sql(&row.string(column)).unwrap_or_default();
        let match_type = match row.bytes(5) {
            Some(b"FULL") => Match::Full,
            Some(b"PARTIAL") => Match::Partial,
            _ => Match::Simple,
        };
        actions.insert(name(row), (action(3), action(4), match_type));
    });
    read.await?;
    Ok(Actions(actions))
}

/// Reads the foreign keys, by name. Answers those whose actions are hidden.
pub async fn read(
    catalog: &mut Catalog<'_>,
    actions: &Actions,
    tables: &mut Tables,
) -> Result<Hidden, Failure> {
    let mut hidden = Hidden::default();
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
            let known = actions.0.get(&name);
            if known.is_none() {
                hidden.add(&name.0, &name.1);
            }
            let (on_update, on_delete, match_type) = known.copied().unwrap_or_default();
            keys.push(ForeignKey {
                name: Some(name.2),
                columns: Vec::new(),
                referenced_schema: row.text(4),
                referenced_table: row.string(5),
                referenced_columns: Vec::new(),
                on_update,
                on_delete,
                on_delete_columns: Vec::new(),
                match_type,
                deferrable: false,
                initially_deferred: false,
                period: false,
                not_validated: false,
                not_enforced: false,
                comment: None,
            });
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(row.string(3));
            key.referenced_columns.push(row.string(6));
        }
    });
    read.await?;
    for table in tables.list_mut() {
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(hidden)
}
