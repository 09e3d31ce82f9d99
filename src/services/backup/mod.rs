//! A whole data folder as one file, and back.
//!
//! The file is a tar archive, compressed by zstd: any tar opens it. Its last entry is the manifest,
//! so that an archive is written in one pass, and one that was cut has none.

mod keeper;
mod manifest;
mod restore;
mod schedule;
mod shelf;
mod unpack;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use crate::folder_lock::LockError;
use crate::services::setup::VaultStartError;
use crate::sqlite_file::SqliteFileError;
use crate::store::StoreError;
use crate::vault::KeySource;

pub use keeper::{Backups, BackupsError, Begun, Failure, Kept, Running};
pub use manifest::Manifest;
pub use restore::{Restored, check, restore};
pub use schedule::Schedule;
pub use shelf::{Shelf, Shelved};
pub use write::{Made, make};

/// The folder of files in an archive, whatever it is called in the data folder.
const FILES: &str = "files";
/// The settings' file where it stands in the data folder: it may hold passwords, and stays at home.
const SETTINGS: &str = "headwater.toml";

/// Where what is backed up stands.
#[derive(Debug, Clone)]
pub struct Places {
    /// The data folder.
    pub data_dir: PathBuf,
    /// The folder of files.
    pub files_dir: PathBuf,
    /// The folder of backups.
    pub backup_dir: PathBuf,
    /// Where the key that seals credentials comes from.
    pub secret_key: KeySource,
}

impl Places {
    /// The folder of files from the data folder on; `None` where it stands elsewhere, and is whoever
    /// put it there's to back up.
    fn files_inside(&self) -> Option<PathBuf> {
        self.inside(&self.files_dir)
    }

    /// Whether a file stands in the data folder, by whatever path.
    pub(super) fn is_inside(&self, file: &Path) -> bool {
        self.inside(file).is_some()
    }

    /// The path of a folder from the data folder on, where it stands below that.
    fn inside(&self, folder: &Path) -> Option<PathBuf> {
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let inside = if let Ok(inside) = folder.strip_prefix(&self.data_dir) {
            inside.to_owned()
        } else {
            let (folder, data) = (whole(folder), whole(&self.data_dir));
            folder.strip_prefix(data).ok()?.to_owned()
        };
        Some(inside).filter(|inside| *inside != Path::new(""))
    }
}

/// Why there is no backup, or nothing was restored. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A server runs on the folder, or it cannot be held.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file or folder cannot be read or written.
    #[error("{} cannot be used: {cause}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// What was asked for cannot be done there.
    #[error("{0}")]
    Place(String),
    /// The archive is not a whole backup, or holds what no backup does.
    #[error("the backup was refused, and nothing was changed: {0}")]
    Refused(String),
    /// Its credentials would not open.
    #[error(
        "nothing was changed: the credentials in the backup were sealed by another key than there is here ({cause}). Name the file of the right key by HEADWATER_SECRET_KEY_FILE and run this again, or restore a backup that was made with --with-key"
    )]
    Key {
        /// As a start would tell it.
        cause: VaultStartError,
    },
    /// It was told to stop before its end.
    #[error("it was stopped, since the server stops")]
    Stopped,
    /// A database is damaged, or cannot be copied.
    #[error(transparent)]
    Sqlite(#[from] SqliteFileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An error that names its file.
fn failed(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<'_> {
    |cause| BackupError::Io {
        path: path.to_owned(),
        cause,
    }
}
