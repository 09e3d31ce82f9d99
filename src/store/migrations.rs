//! The versions of the store. Each is one SQL file; what is released is never changed again.

use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations, SchemaVersion};

use super::StoreError;

const STEPS: &[M<'_>] = &[
    M::up(include_str!("migrations/0001_first.sql")),
    M::up(include_str!("migrations/0002_versions.sql")),
    M::up(include_str!("migrations/0003_search.sql")),
    M::up(include_str!("migrations/0004_jobs.sql")),
    M::up(include_str!("migrations/0005_projects.sql")),
    M::up(include_str!("migrations/0006_last_contact_and_login.sql")),
    M::up(include_str!("migrations/0007_schema_jobs.sql")),
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
    fn a_store_of_an_earlier_version_is_kept_and_brought_to_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(crate::store::FILE_NAME);
        let beside = |suffix: &str| {
            folder
                .path()
                .join(format!("{}{suffix}", crate::store::FILE_NAME))
        };
        let mut old = Connection::open(&path).unwrap();
        MIGRATIONS.to_version(&mut old, 3).unwrap();
        old.execute_batch("INSERT INTO organization VALUES ('org_1', 'acme', 1)")
            .unwrap();
        drop(old);
        for version in ["1", "2", "3"] {
            std::fs::write(beside(&format!(".before-v{version}")), "").unwrap();
        }
        let store = crate::store::Store::open(folder.path()).unwrap();
        assert_eq!(
            store.read_blocking(versions).unwrap(),
            (STEPS.len(), STEPS.len())
        );
        let copy = beside(&format!(".before-v{}", STEPS.len()));
        let kept = Connection::open(&copy).unwrap();
        assert_eq!(versions(&kept).unwrap().0, 3);
        let named = kept.query_row("SELECT name FROM organization", [], |row| {
            row.get::<_, String>(0)
        });
        assert_eq!(named.unwrap(), "acme");
        assert!(!beside(".before-v1").exists() && beside(".before-v2").exists());
        // A store that is of this version already is not copied.
        std::fs::remove_file(&copy).unwrap();
        crate::store::Store::open(folder.path()).unwrap();
        assert!(!copy.exists());
    }

    #[test]
    fn the_migrations_run_on_an_empty_store() {
        assert_eq!(MIGRATIONS.validate(), Ok(()));
    }
}
