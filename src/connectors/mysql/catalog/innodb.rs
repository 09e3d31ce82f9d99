//! What `InnoDB` itself tells of `MariaDB`'s foreign keys: to a login that watches over the server,
//! which may do no more with the tables than read them.

use std::collections::HashMap;

use super::{Catalog, Failure, refusal_is_fine};
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::{ForeignKey, ForeignKeyAction};

/// Finds out what those foreign keys do whose actions are hidden. Answers what stays hidden.
pub async fn actions(
    catalog: &mut Catalog<'_>,
    hidden: Hidden,
    tables: &mut Tables,
) -> Result<Hidden, Failure> {
    if hidden.is_empty() || catalog.flavour() == Flavour::MySql {
        return Ok(hidden);
    }
    let mut types: HashMap<(String, String, String), u64> = HashMap::new();
    let sql = include_str!("../sql/mariadb/innodb_foreign_keys.sql");
    let read = catalog.read(sql, |row| {
        if let Some(bits) = row.number(3) {
            let name = (row.string(0), row.string(1), row.string(2));
            types.insert(name, bits);
        }
    });
    refusal_is_fine(read.await)?;
    let mut left = Hidden::default();
    for table in tables.list_mut() {
        let schema = table.schema.clone().unwrap_or_default();
        let unknown = |key: &&mut ForeignKey| key.on_delete == ForeignKeyAction::Unknown;
        for key in table.foreign_keys.iter_mut().filter(unknown) {
            let constraint = key.name.clone().unwrap_or_default();
            let name = (schema.clone(), table.name.clone(), constraint);
            if let Some(bits) = types.get(&name) {
                key.on_delete = action(*bits, [1, 2, 16]);
                key.on_update = action(*bits, [4, 8, 32]);
            } else {
                left.add(&schema, &table.name);
            }
        }
    }
    Ok(left)
}

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
