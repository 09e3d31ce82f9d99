//! Opening connections to a file of copies.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::LocalError;

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What the writer keeps of the file in memory, in KiB: enough to find its place in an index whose
/// keys come in no order, and little beside what a copy may take in all.
const WRITER_CACHE: i64 = 16 * 1024;
/// What a reader keeps.
const READER_CACHE: i64 = 4 * 1024;
/// Pages of this size hold more rows each, and make fewer calls of the system, than the usual 4 KiB.
const PAGE_SIZE: i64 = 8192;
/// How many pages the log may have before they go to the file: 32 MiB. Each time costs two waits for
/// the disk.
const LOG_PAGES: i64 = 4096;

/// Opens the writing connection. The file must be there.
pub fn open_writer(path: &Path) -> Result<Connection, LocalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // Counts only where the file is new.
    conn.pragma_update(None, "page_size", PAGE_SIZE)?;
    configure(&conn, WRITER_CACHE)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // A crash of the process loses nothing, one of the machine at most the last commits: whole ones.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", 2 * LOG_PAGES * PAGE_SIZE)?;
    Ok(conn)
}

/// Opens a reading connection.
pub fn open_reader(path: &Path) -> Result<Connection, LocalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    configure(&conn, READER_CACHE)?;
    Ok(conn)
}

fn configure(conn: &Connection, cache_kib: i64) -> Result<(), LocalError> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(())
}
