//! Opening connections to the store's file, and the pool's view of them.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// How long a statement waits for another process's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens connections for the read pool.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl r2d2::ManageConnection for Readers {
    type Connection = Connection;
    type Error = rusqlite::Error;

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.path, flags)?;
        configure(&conn, 1024)?;
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Connection) -> Result<(), rusqlite::Error> {
        conn.execute_batch("SELECT 1")
    }

    /// A connection that comes back inside a transaction was left by a panic or a failed rollback;
    /// its next user would read an old state of the store.
    fn has_broken(&self, conn: &mut Connection) -> bool {
        !conn.is_autocommit()
    }
}

/// Opens the writing connection. The file must be there.
pub(super) fn open_writer(path: &std::path::Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    configure(&conn, 2048)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode a crash of the process loses nothing, one of the machine at most the last commits.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    // After a large write the log is cut again.
    conn.pragma_update(None, "journal_size_limit", 8 * 1024 * 1024)?;
    Ok(conn)
}

/// What holds for each connection. The cache is small: the pages are in the system's cache anyway.
fn configure(conn: &Connection, cache_kib: i64) -> Result<(), rusqlite::Error> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_prepared_statement_cache_capacity(32);
    Ok(())
}

#[cfg(test)]
mod tests {
    use r2d2::ManageConnection;

    use super::*;
    use crate::store::StoreError;

    #[test]
    fn a_reader_cannot_write_and_is_not_reused_inside_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        std::fs::File::create(&path).unwrap();
        let writer = open_writer(&path).unwrap();
        writer.execute_batch("CREATE TABLE t (a)").unwrap();

        let readers = Readers::new(path);
        let mut reader = readers.connect().unwrap();
        let refused = reader
            .execute_batch("INSERT INTO t VALUES (1)")
            .unwrap_err();
        assert!(matches!(StoreError::from(refused), StoreError::ReadOnly));
        assert!(!readers.has_broken(&mut reader));
        reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();
        assert!(readers.has_broken(&mut reader));
    }

    #[test]
    fn each_connection_is_defensive_and_enforces_foreign_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        std::fs::File::create(&path).unwrap();
        let writer = open_writer(&path).unwrap();
        let reader = Readers::new(path).connect().unwrap();
        for conn in [&writer, &reader] {
            assert!(conn.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap());
            assert!(
                !conn
                    .db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA)
                    .unwrap()
            );
            assert!(
                conn.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY)
                    .unwrap()
            );
        }
    }
}
