//! Security by rows, from `pg_policy`.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Policy, RowSecurity};

use super::by_table::{ByTable, by_table};
use super::storage::Storage;

/// The policies of the selected tables.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<Policy>, ConnectorError> {
    let sql = include_str!("../sql/policies.sql");
    let policy = |row: &Row<'_>| {
        Ok(Policy {
            name: row.text(1)?.to_owned(),
            command: command(row.letter(2)?).to_owned(),
            permissive: row.flag(3)?,
            roles: row.texts(4)?,
            using: row.owned(5)?,
            with_check: row.owned(6)?,
        })
    };
    by_table(reader, selection, sql, "policies", policy).await
}

/// `polcmd`.
fn command(letter: char) -> &'static str {
    match letter {
        'r' => "select",
        'a' => "insert",
        'w' => "update",
        'd' => "delete",
        _ => "all",
    }
}

/// What a table says of it; nothing where it is off and no policy is there.
pub fn row_security(storage: &Storage, policies: Vec<Policy>) -> Option<RowSecurity> {
    let (enabled, forced) = (storage.row_security, storage.row_security_forced);
    (enabled || forced || !policies.is_empty()).then_some(RowSecurity {
        enabled,
        forced,
        policies,
    })
}
