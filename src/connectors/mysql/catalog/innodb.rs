//! What `InnoDB` itself tells of `MariaDB`'s foreign keys: without opening their tables, and to a login
//! that watches over the server, which may do no more with the tables than read them.

use std::collections::HashMap;

use super::foreign_keys::{Named, name};
use super::{Catalog, Failure};
use crate::connectors::mysql::server::Flavour;
use crate::schema::{ForeignKey, ForeignKeyAction, Match};

/// All foreign keys, in full, by their names; `None` where that is not for the login, or where what is
/// noted does not fit together, as while a table is altered.
pub async fn foreign_keys(catalog: &mut Catalog<'_>) -> Result<Option<Vec<Named>>, Failure> {
    if catalog.flavour() == Flavour::MySql {
        return Ok(None);
    }
    let mut keys = Vec::new();
    let sql = include_str!("../sql/mariadb/innodb_foreign_keys.sql");
    let read = catalog.read(sql, |row| {
        let bits = row.number(3).unwrap_or_default();
        let key = ForeignKey {
            name: row.text(2),
            referenced_schema: row.text(4),
            referenced_table: row.string(5),
            on_delete: action(bits, [1, 2, 16]),
            on_update: action(bits, [4, 8, 32]),
            match_type: Match::Simple,
            ..ForeignKey::default()
        };
        keys.push((row.string(6), row.number(7), (name(row), key)));
    });
    match read.await {
        Err(Failure::Server(_)) => return Ok(None),
        read => read?,
    }
    let mut columns: HashMap<String, Columns> = HashMap::new();
    let sql = include_str!("../sql/mariadb/innodb_foreign_key_columns.sql");
    let read = catalog.read(sql, |row| {
        let (own, referenced) = columns.entry(row.string(0)).or_default();
        own.push(row.string(1));
        referenced.push(row.string(2));
    });
    match read.await {
        Err(Failure::Server(_)) => return Ok(None),
        read => read?,
    }
    let whole = keys.into_iter().map(|(id, count, (name, mut key))| {
        (key.columns, key.referenced_columns) = columns.remove(&id)?;
        (u64::try_from(key.columns.len()).ok() == count).then_some((name, key))
    });
    Ok(whole.collect())
}

/// The columns of a foreign key, and those that it refers to.
type Columns = (Vec<String>, Vec<String>);

/// By the bits of `TYPE` (`dict_foreign_t` in `dict0mem.h`).
fn action(bits: u64, [cascade, set_null, no_action]: [u64; 3]) -> ForeignKeyAction {
    let has = |bit| bits & bit != 0;
    match (has(cascade), has(set_null), has(no_action)) {
        (true, _, _) => ForeignKeyAction::Cascade,
        (_, true, _) => ForeignKeyAction::SetNull,
        (_, _, true) => ForeignKeyAction::NoAction,
        _ => ForeignKeyAction::Restrict,
    }
}
