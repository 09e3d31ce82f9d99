//! Whole SQLite files, whatever is in them: copied while others write, and checked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// All pages, in one step.
const ALL: i32 = -1;

/// Why a file was not copied, or is not whole.
#[derive(Debug, thiserror::Error)]
pub enum SqliteFileError {
    /// The file is not a whole SQLite file.
    #[error("{} is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// No room left on the disk.
    #[error("the disk of {} is full; free some space and try again", .0.display())]
    Full(PathBuf),
    /// Anything else that SQLite tells.
    #[error("{} cannot be read or copied: {cause}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite tells.
        cause: rusqlite::Error,
    },
}

/// One state of a file, held from its beginning to its drop. Others go on reading and writing.
///
/// In WAL mode a reader keeps nobody from writing; only the log is not cut until it ends.
#[derive(Debug)]
pub struct Snapshot {
    path: PathBuf,
    conn: Connection,
}

impl Snapshot {
    /// Holds the state that the file has now. `None` where there is no file.
    pub fn begin(path: &Path) -> Result<Option<Self>, SqliteFileError> {
        // Not read-only: the last to close a file cuts its log, and a read-only one cannot.
        let opened = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|conn| {
            conn.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
                .map(|()| conn)
        });
        match opened {
            Ok(conn) => Ok(Some(Self {
                path: path.to_owned(),
                conn,
            })),
            Err(_) if !path.exists() => Ok(None),
            Err(cause) => Err(failed(path, cause)),
        }
    }

    /// Reads of the state that is held.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.conn
    }

    /// Writes the state that is held into a new file, which is checked, and needs no log beside it.
    pub fn copy_to(&self, to: &Path) -> Result<(), SqliteFileError> {
        let copied = || {
            let create = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            let mut copy = open(to, create)?;
            // What is half written when something fails is thrown away.
            copy.pragma_update(None, "journal_mode", "OFF")?;
            copy.pragma_update(None, "synchronous", "OFF")?;
            let backup = Backup::new(&self.conn, &mut copy)?;
            // One step: the pages come out of the transaction that holds the state.
            while backup.step(ALL)? != StepResult::Done {
                std::thread::yield_now();
            }
            drop(backup);
            drop(copy);
            let copy = open(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            copy.pragma_update(None, "journal_mode", "DELETE")
        };
        copied().map_err(|cause| failed(&self.path, cause))?;
        check(to)
    }
}

/// Checks that a file is a whole SQLite file. All of its pages are read.
pub fn check(path: &Path) -> Result<(), SqliteFileError> {
    check_by("PRAGMA quick_check(1)", path)
}

/// The same, and that every index holds what its table does. Takes several times as long.
pub fn check_indexes_too(path: &Path) -> Result<(), SqliteFileError> {
    check_by("PRAGMA integrity_check(1)", path)
}

fn check_by(pragma: &str, path: &Path) -> Result<(), SqliteFileError> {
    let found = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|conn| conn.query_row(pragma, [], |row| row.get::<_, String>(0)));
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(problem) => Err(SqliteFileError::Damaged {
            path: path.to_owned(),
            problem,
        }),
        Err(cause) => Err(failed(path, cause)),
    }
}

/// A schema that somebody wrote may not run functions, or reach into SQLite itself.
fn open(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(conn)
}

fn failed(path: &Path, cause: rusqlite::Error) -> SqliteFileError {
    let path = path.to_owned();
    match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => SqliteFileError::Full(path),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => SqliteFileError::Damaged {
            path,
            problem: "it is no SQLite file, or no longer a whole one".to_owned(),
        },
        _ => SqliteFileError::Sqlite { path, cause },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_copied_as_it_was_when_it_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        assert!(Snapshot::begin(&from).unwrap().is_none());
        let writer = Connection::open(&from).unwrap();
        writer.pragma_update(None, "journal_mode", "WAL").unwrap();
        writer
            .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
            .unwrap();
        let snapshot = Snapshot::begin(&from).unwrap().unwrap();
        writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
        snapshot.copy_to(&to).unwrap();
        let rows = |conn: &Connection| {
            conn.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!(
            (rows(&writer), rows(&Connection::open(&to).unwrap())),
            (2, 1)
        );
        assert!(!folder.path().join("to-wal").exists());
    }

    #[test]
    fn a_file_of_which_a_page_is_damaged_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(20000))")
            .unwrap();
        drop(conn);
        check(&path).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4096..4200].fill(0xff);
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(check(&path), Err(SqliteFileError::Damaged { .. })));
    }
}
