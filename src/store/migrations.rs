//! The versions of the store. Each is one SQL file; what is released is never changed again.

use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations, SchemaVersion};

use super::StoreError;

const STEPS: &[M<'_>] = &[
    M::up(include_str!("migrations/0001_first.sql")),
    M::up(include_str!("migrations/0002_versions.sql")),
    M::up(include_str!("migrations/0003_search.sql")),
    M::up(include_str!("migrations/0004_jobs.sql")),
];
const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The version of a store, and the newest that this program knows.
pub(super) fn versions(conn: &Connection) -> Result<(usize, usize), StoreError> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = usize::try_from(found).map_err(|_| StoreError::Unreadable("its version"))?;
    Ok((found, STEPS.len()))
}

/// Brings the store to this program's version.
pub(super) fn run(conn: &mut Connection) -> Result<(), StoreError> {
    if let SchemaVersion::Outside(found) = MIGRATIONS.current_version(conn)? {
        return Err(StoreError::Newer {
            found: found.get(),
            known: STEPS.len(),
        });
    }
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    match MIGRATIONS.to_latest(conn) {
        Ok(()) => Ok(()),
        // Two processes on a new folder: the one that waited finds the work done.
        Err(error) => match MIGRATIONS.pending_migrations(conn) {
            Ok(0) => Ok(()),
            _ => Err(error.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_run_on_an_empty_store() {
        assert_eq!(MIGRATIONS.validate(), Ok(()));
    }
}
