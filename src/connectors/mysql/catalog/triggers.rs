//! Triggers.

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::privileges::{Privileges, Right};
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::{TableKind, Trigger};

/// Reads the triggers. Answers the tables whose triggers the login would not be shown.
///
/// What a trigger does is `ACTION_STATEMENT`, whose texts both servers print with their backslashes
/// taken out, and `MySQL` with their doubled quotes too; the true words stand in `SHOW CREATE
/// TRIGGER` alone, which is a question for each of them.
pub async fn read(
    catalog: &mut Catalog<'_>,
    privileges: &Privileges,
    tables: &mut Tables,
) -> Result<Hidden, Failure> {
    let mut hidden = Hidden::default();
    let sql = include_str!("../sql/triggers.sql");
    let read = catalog.read(sql, |row| {
        if let Some(table) = tables.of(row) {
            table.triggers.push(trigger(row));
        }
    });
    read.await?;
    for table in tables.list_mut() {
        let schema = table.schema.as_deref().unwrap_or_default();
        // MariaDB names them to who may write, and keeps to itself what they do.
        let untold = |trigger: &Trigger| trigger.definition.is_empty();
        let none = table.kind != TableKind::View && table.triggers.is_empty();
        if table.triggers.iter().any(untold)
            || none && privileges.lacks(Right::Trigger, schema, &table.name)
        {
            hidden.add(schema, &table.name);
        }
    }
    Ok(hidden)
}

fn trigger(row: &Row) -> Trigger {
    let small = |column| row.string(column).to_ascii_lowercase();
    // MariaDB 12 lists the several events of one.
    let events = small(4);
    let events = events
        .split([',', ' '])
        .filter(|word| !word.is_empty() && *word != "or");
    Trigger {
        name: row.string(2),
        timing: small(3),
        events: events.map(str::to_owned).collect(),
        for_each_row: row.bytes(5) == Some(b"ROW"),
        definition: row.string(6),
        ..Trigger::default()
    }
}
