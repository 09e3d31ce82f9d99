//! Who serves from a data folder: a lock on a file in it, which the system lets go of however its
//! holder ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file in the data folder. It is empty; only its lock means anything.
pub const FILE_NAME: &str = "headwater.lock";

/// A data folder that is held. Dropped, it is free.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Why a folder is not held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error(
        "the data folder {} is in use by a running server; stop it first, or name another with --data-dir", .0.display()
    )]
    InUse(PathBuf),
    /// Its file cannot be made or locked.
    #[error("the data folder {} cannot be locked: {cause}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl FolderLock {
    /// Holds a folder that is there, unless somebody does.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(FILE_NAME);
        let failed = |cause| LockError::Io {
            path: folder.to_owned(),
            cause,
        };
        loop {
            let file = open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::InUse(folder.to_owned()));
                }
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            }
            // The folder may have been replaced between the opening and the locking: what was
            // locked then is the file of the old one.
            if is_at(&file, &path).map_err(failed)? {
                return Ok(Self { _file: file });
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let held = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((held.dev(), held.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = FolderLock::take(folder.path()).unwrap();
        let refused = FolderLock::take(folder.path()).unwrap_err();
        assert!(matches!(refused, LockError::InUse(_)));
        drop(held);
        assert!(FolderLock::take(folder.path()).is_ok());
    }
}
