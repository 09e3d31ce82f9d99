//! What can go wrong with copies.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// What went wrong with the copies of a workspace. Each says in its sentence what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The folder or the file cannot be made, opened or deleted.
    #[error("the file {} cannot be used: {cause}; check that its folder exists and may be written", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file was written by a newer program.
    #[error("the copies were written by a newer Headwater; start the newer program")]
    Newer,
    /// No room left on the disk.
    #[error(
        "the disk of the data folder is full; the copies are as they were: free some space and try again"
    )]
    Full,
    /// The folder or the file is read-only.
    #[error("the data folder is read-only; let the program write to it")]
    ReadOnly,
    /// Another program holds the file for too long.
    #[error("another program holds the file of the copies; try again in a moment")]
    Busy,
    /// The file is no longer a whole one.
    #[error("the file of the copies is damaged; delete it and copy again, or restore a backup")]
    Damaged,
    /// The copy is not any more the one that was to be changed.
    #[error("the copy was changed by another run meanwhile; try again")]
    Overtaken,
    /// Two rows have one key.
    #[error("two rows have the same key")]
    TwiceTheSameKey,
    /// A row has a value that its key cannot have, or none.
    #[error("a key holds a value of another type than its column's, or none")]
    UnfitKey,
    /// A row or value is larger than SQLite takes (a billion bytes, 2,000 columns).
    #[error("a row is larger than a copy can hold (1 GB, 2,000 columns)")]
    TooLarge,
    /// Anything else that SQLite tells.
    #[error("the copies could not be read or written")]
    Sqlite(#[source] rusqlite::Error),
    /// The catalog holds what this program would not have written.
    #[error("the catalog of the copies holds what this program cannot read")]
    Unreadable(#[source] serde_json::Error),
}

impl LocalError {
    /// What a file or folder that cannot be used means.
    #[must_use]
    pub fn of_folder(path: PathBuf, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Folder { path, cause },
        }
    }
}

impl From<rusqlite::Error> for LocalError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return Self::Sqlite(error);
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged,
            ErrorCode::ConstraintViolation => Self::TwiceTheSameKey,
            ErrorCode::TypeMismatch => Self::UnfitKey,
            ErrorCode::TooBig => Self::TooLarge,
            _ => Self::Sqlite(error),
        }
    }
}

impl From<serde_json::Error> for LocalError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error)
    }
}
