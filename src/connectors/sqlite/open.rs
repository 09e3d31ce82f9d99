//! Opening a file that may be hostile, to be read and nothing else.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::{failed, not_opened, told};
use super::read::tell_any_case;
use super::worker::{Stop, watch};
use crate::connectors::{ConnectorError, ErrorKind};

/// An open file.
pub(super) struct Opened {
    pub connection: Connection,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// How long a lock of another program is waited for: well within the limit of the stage, so that
/// the failure is told as what it is.
const LOCK: Duration = Duration::from_secs(2);

/// Opens `file`, which is resolved and checked; `shown` is its name in messages.
pub(super) fn open(file: &Path, shown: &str, stop: &Stop) -> Result<Opened, ConnectorError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        // `file` has no links any more; one that appears after the check is not followed.
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let opened = |error| not_opened(error, file, shown);
    let connection = Connection::open_with_flags(file, flags).map_err(opened)?;
    harden(&connection).map_err(failed)?;
    watch(stop, &connection, None)?;
    let Err(error) = read_schema(&connection) else {
        let notes = Vec::new();
        return Ok(Opened { connection, notes });
    };
    if !lacks_its_log(&error) {
        return Err(opened(error));
    }
    drop(connection);
    nothing_in_the_log(file, shown)?;
    let connection =
        Connection::open_with_flags(immutable(file), flags | OpenFlags::SQLITE_OPEN_URI)
            .map_err(opened)?;
    harden(&connection).map_err(failed)?;
    watch(stop, &connection, None)?;
    read_schema(&connection).map_err(opened)?;
    let note = "The file is in WAL mode in a folder that Headwater may not write to, so it is read \
                without locks: changes made while it is being read may show in part.";
    Ok(Opened {
        connection,
        notes: vec![note.to_owned()],
    })
}

/// What `SQLite`'s authors advise for files from strangers. <https://sqlite.org/security.html>
fn harden(connection: &Connection) -> rusqlite::Result<()> {
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
    ] {
        connection.set_db_config(config, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, 64 << 20),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 4 << 20),
        (Limit::SQLITE_LIMIT_COLUMN, 2_000),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 1_000),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 500),
        (Limit::SQLITE_LIMIT_VDBE_OP, 10_000_000),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10_000),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    tell_any_case(connection)?;
    connection.busy_timeout(LOCK)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;")
}

/// Reads the first page and the whole catalog: only this tells whether the file is a database.
fn read_schema(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare("SELECT 1 FROM sqlite_schema LIMIT 1")?
        .exists([])
        .map(drop)
}

/// Whether the file itself was opened, and then its write-ahead log or that log's index could not
/// be made: a file in WAL mode in a folder that this program may not write to
/// (<https://sqlite.org/wal.html>, 5).
fn lacks_its_log(error: &rusqlite::Error) -> bool {
    told(error).is_some_and(|(code, extended, _)| {
        code == ErrorCode::CannotOpen || extended == rusqlite::ffi::SQLITE_READONLY_DIRECTORY
    })
}

/// Without its log the file is whole only where the log is absent or empty, as the last writer
/// leaves it. Otherwise reading it alone would show a past, or half a checkpoint.
fn nothing_in_the_log(file: &Path, shown: &str) -> Result<(), ConnectorError> {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    match std::fs::symlink_metadata(PathBuf::from(log)) {
        Ok(log) if log.len() > 0 => Err(ConnectorError::new(
            ErrorKind::PermissionDenied,
            format!(
                "'{shown}' has changes in '{shown}-wal' that can only be read by a program \
                     that may write to its folder."
            ),
            "Let Headwater write to the folder, or run PRAGMA wal_checkpoint(TRUNCATE) where the \
             file is written.",
        )),
        _ => Ok(()),
    }
}

/// Everything that has a meaning of its own in a URI, and whatever is no letter.
const IN_URI: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_');

/// The URI that opens a file without locks and without a log. <https://sqlite.org/uri.html>
fn immutable(file: &Path) -> String {
    let path = percent_encode(file.as_os_str().as_bytes(), IN_URI);
    format!("file:{path}?immutable=1")
}
