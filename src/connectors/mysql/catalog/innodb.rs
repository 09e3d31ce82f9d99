//! What `InnoDB` itself tells of `MariaDB`'s foreign keys: without opening their tables, and to a login
//! that watches over the server, which may do no more with the tables than read them.

use super::foreign_keys::{Action, Actions, name};
use super::{Catalog, Failure, refusal_is_fine};
use crate::connectors::mysql::server::Flavour;
use crate::schema::{ForeignKeyAction, Match};

/// What foreign keys do; nothing where that is not for the login.
pub async fn actions(catalog: &mut Catalog<'_>) -> Result<Actions, Failure> {
    let mut actions = Actions::new();
    if catalog.flavour() == Flavour::MySql {
        return Ok(actions);
    }
    let sql = include_str!("../sql/mariadb/innodb_foreign_keys.sql");
    let read = catalog.read(sql, |row| {
        if let Some(bits) = row.number(3) {
            let action = Action {
                on_delete: action(bits, [1, 2, 16]),
                on_update: action(bits, [4, 8, 32]),
                match_type: Match::Simple,
                to: format!("{}.{}", row.string(4), row.string(5)),
            };
            actions.insert(name(row), action);
        }
    });
    refusal_is_fine(read.await)?;
    Ok(actions)
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
