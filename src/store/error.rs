//! What can go wrong with the store.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};

/// What went wrong with the store. Each says in its sentence what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file cannot be made or opened.
    #[error("the data folder {} cannot be used: {cause}; check that it exists and may be written, or name another with --data-dir", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The store was written by a newer program.
    #[error(
        "the store was written by a newer Headwater (version {found} of the store, this program knows up to {known}); start the newer program, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The store's version.
        found: usize,
        /// The newest version that this program knows.
        known: usize,
    },
    /// No room left on the disk.
    #[error(
        "the disk of the data folder is full; nothing was changed: free some space and try again"
    )]
    Full,
    /// The folder or the file is read-only.
    #[error(
        "the data folder is read-only; let the program write to it, or name another with --data-dir"
    )]
    ReadOnly,
    /// Another write holds the store for too long.
    #[error("the store is busy with another write; try again in a moment")]
    Busy,
    /// The file is no store, or no longer a whole one.
    #[error("the store's file is damaged or no SQLite file; restore a backup")]
    Damaged,
    /// A name or id that must be unique is not.
    #[error("this name or id is taken")]
    Taken,
    /// A row holds what this program would not have written.
    #[error(
        "the store holds a value in {0} that this program cannot read; was it written by another program?"
    )]
    Unreadable(&'static str),
    /// The task on the store was stopped, by a panic or because the program ends.
    #[error("the work on the store was stopped")]
    Stopped,
    /// No connection could be opened.
    #[error("no connection to the store could be opened: {0}")]
    NoConnection(String),
    /// Anything else that SQLite tells.
    #[error("the store failed")]
    Sqlite(#[source] rusqlite::Error),
    /// The copy that is kept before an upgrade could not be written.
    #[error(
        "the store was not upgraded, since no copy of it could be kept before; nothing was changed: {0}"
    )]
    NotKept(String),
    /// The store could not be brought to this program's version.
    #[error("the store could not be upgraded; nothing was changed")]
    Migration(#[source] rusqlite_migration::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return Self::Sqlite(error);
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged,
            ErrorCode::ConstraintViolation
                if matches!(
                    failure.extended_code,
                    SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY
                ) =>
            {
                Self::Taken
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl From<rusqlite_migration::Error> for StoreError {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, query } => match Self::from(err) {
                Self::Sqlite(err) => {
                    Self::Migration(rusqlite_migration::Error::RusqliteError { query, err })
                }
                known => known,
            },
            other => Self::Migration(other),
        }
    }
}
