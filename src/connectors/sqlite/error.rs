//! `SQLite`'s result codes as our kinds of failure. <https://sqlite.org/rescode.html>

use std::io::Read;
use std::path::Path;

use rusqlite::ffi::{self, ErrorCode};

use crate::connectors::thread::interrupted;
use crate::connectors::{ConnectorError, ErrorKind};

/// A failure while the file was being read.
#[allow(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
pub(super) fn failed(error: rusqlite::Error) -> ConnectorError {
    let Some((code, extended, words)) = told(&error) else {
        return ConnectorError::new(
            ErrorKind::ServerError,
            "SQLite answered something that was not expected of it.",
            DAMAGED,
        )
        .said_by_server("driver", &error.to_string());
    };
    let (kind, message, hint) = match (code, extended) {
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => (
            ErrorKind::ServerUnavailable,
            "Another program holds the file locked.",
            "Wait until that program has finished its transaction and try again; if it crashed, \
             end it.",
        ),
        (ErrorCode::OperationInterrupted, _) => return interrupted(),
        // A reader may not undo for the writer what the writer left undone.
        (ErrorCode::ReadOnly, _) => (
            ErrorKind::ServerUnavailable,
            "A program that wrote to the file ended in the middle, and only a writer can mend that.",
            "Open the file once with a program that may write to it, such as the sqlite3 shell.",
        ),
        (ErrorCode::PermissionDenied, _) => (
            ErrorKind::PermissionDenied,
            "The operating system does not let Headwater read the file.",
            "Let the user that Headwater runs as read the file and enter its folder.",
        ),
        (ErrorCode::AuthorizationForStatementDenied, _) => (
            ErrorKind::PermissionDenied,
            "The statement does more than read tables, which is not allowed here.",
            "Use a plain SELECT over the tables and views of the file.",
        ),
        (ErrorCode::TooBig, _) => (
            ErrorKind::LimitExceeded,
            "The file holds a value or a statement larger than Headwater takes.",
            "Leave that table out with ignoreTables.",
        ),
        (ErrorCode::OutOfMemory, _) | (_, ffi::SQLITE_IOERR_NOMEM) => (
            ErrorKind::LimitExceeded,
            "There is not enough memory to read the file.",
            "Free some memory on Headwater's machine and try again.",
        ),
        (ErrorCode::SystemIoFailure, _) => (
            ErrorKind::ServerError,
            "The operating system failed while the file was being read.",
            "Check the disk or network share that the file is on.",
        ),
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
            (ErrorKind::ServerError, "The file is damaged.", DAMAGED)
        }
        _ => (
            ErrorKind::ServerError,
            "SQLite refused to read the file.",
            DAMAGED,
        ),
    };
    let error = ConnectorError::new(kind, message, hint);
    let error = error.said_by_server(extended.to_string(), words);
    if code == ErrorCode::DatabaseCorrupt {
        return error.because("corrupt");
    }
    error
}

/// The same failure of the file of our own, which callers know as no file.
pub(super) fn of_own(error: ConnectorError) -> ConnectorError {
    let own = |words: &str| {
        let words = words.replace("The file", "The workspace's own store");
        words.replace("the file", "the workspace's own store")
    };
    ConnectorError {
        message: own(&error.message),
        hint: own(&error.hint),
        ..error
    }
}

const DAMAGED: &str = "Check the file with PRAGMA integrity_check in the sqlite3 shell, and restore it from a \
     backup if it is damaged.";

/// A failure to open the file. Reads its first bytes where `SQLite` says that it is no database;
/// not earlier, since closing a file that another connection of this process has open would drop
/// that connection's locks (<https://sqlite.org/howtocorrupt.html>, 2.2).
pub(super) fn not_opened(error: rusqlite::Error, file: &Path, shown: &str) -> ConnectorError {
    match told(&error) {
        Some((ErrorCode::NotADatabase, extended, words)) => {
            not_sqlite(file, shown).said_by_server(extended.to_string(), words)
        }
        // The words of this one are the whole path, which is the operator's own affair.
        Some((ErrorCode::CannotOpen, extended, _)) => {
            let mut error = crate::connectors::files::denied(shown);
            error.server_code = Some(extended.to_string());
            error
        }
        _ => failed(error),
    }
}

/// The code, the extended code and the words of a failure that `SQLite` itself told.
pub(super) fn told(error: &rusqlite::Error) -> Option<(ErrorCode, i32, &str)> {
    match error {
        rusqlite::Error::SqliteFailure(error, words) => Some((
            error.code,
            error.extended_code,
            words.as_deref().unwrap_or_default(),
        )),
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            Some((error.code, error.extended_code, msg))
        }
        _ => None,
    }
}

/// How other files begin that are taken for databases.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\x00\x01\x00\x00Standard", "a Microsoft Access database"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
];

/// Where the name of the format stands in a `DuckDB` file.
const DUCKDB: (usize, &[u8]) = (8, b"DUCK");

fn not_sqlite(file: &Path, shown: &str) -> ConnectorError {
    let mut head = Vec::new();
    let size = std::fs::File::open(file).and_then(|file| {
        let size = file.metadata()?.len();
        file.take(64).read_to_end(&mut head)?;
        Ok(size)
    });
    let size = size.unwrap_or(0);
    let mismatch = |what: &str| {
        ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            format!("'{shown}' is no SQLite database: it looks like {what}."),
            "Name an SQLite 3 file.",
        )
    };
    if head.starts_with(b"SQLite format 3\0") {
        return ConnectorError::new(
            ErrorKind::ServerError,
            format!("The header of '{shown}' is damaged."),
            DAMAGED,
        )
        .because("corrupt");
    }
    if head.starts_with(b"** This file contains an SQLite 2") {
        return ConnectorError::new(
            ErrorKind::UnsupportedServer,
            format!("'{shown}' is an SQLite 2 database; SQLite 3 is the oldest that is read."),
            "Convert it: sqlite old.db .dump | sqlite3 new.db",
        );
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return mismatch(what);
    }
    if head
        .get(DUCKDB.0..)
        .is_some_and(|h| h.starts_with(DUCKDB.1))
    {
        return mismatch("a DuckDB database");
    }
    let is_text = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | b' '..) && *b != 0x7f;
    if std::str::from_utf8(&head).is_ok() && head.iter().all(is_text) {
        return mismatch("a text file");
    }
    // Whole pages of noise from the first byte on: what SQLCipher and SEE write.
    if size >= 512 && size.is_multiple_of(512) {
        return ConnectorError::new(
            ErrorKind::UnsupportedServer,
            format!("'{shown}' is no plain SQLite database; it may be encrypted."),
            "Encrypted files are not read. Export a plain copy with the tool that made it, such \
             as SQLCipher's sqlcipher_export.",
        )
        .because("encrypted");
    }
    mismatch("something else")
}
