//! A folder for what is being written, beside the place where it will stand.

use std::fs::{File, Permissions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What the names of these folders begin with.
const PREFIX: &str = ".headwater-aside-";
/// The file in it that is locked as long as somebody writes there.
const LOCK: &str = "lock";
/// What it is called before.
const UNLOCKED: &str = "unlocked";
/// How often one is made anew that somebody took away.
const TRIES: usize = 5;

/// A folder of our own beside others, for the owner alone. Dropped, it goes with all that is in it;
/// where its process was killed, the next one takes it away.
#[derive(Debug)]
pub struct Aside {
    folder: TempDir,
    _lock: File,
}

impl Aside {
    /// A new one in `parent`.
    ///
    /// # Errors
    /// Where it cannot be made there.
    pub fn new(parent: &Path) -> io::Result<Self> {
        clear(parent)?;
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::make(parent) {
                // Somebody who cleared up found it before it was locked.
                Err(error)
                    if tries < TRIES
                        && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::WouldBlock)
                        && parent.is_dir() => {}
                made => return made,
            }
        }
    }

    fn make(parent: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700));
        let folder = builder.tempdir_in(parent)?;
        // It has its name only once it is locked, so that nobody finds it free.
        let unnamed = folder.path().join(UNLOCKED);
        let lock = File::create_new(&unnamed)?;
        lock.try_lock()?;
        std::fs::rename(&unnamed, folder.path().join(LOCK))?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// A path in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Aside {
    /// What is in it goes before its lock does: whoever is killed on the way leaves a folder that is
    /// known to be left.
    fn drop(&mut self) {
        for entry in std::fs::read_dir(self.folder.path())
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name() != LOCK)
        {
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => std::fs::remove_dir_all(entry.path()),
                _ => std::fs::remove_file(entry.path()),
            };
        }
    }
}

/// Takes away what processes left that were killed.
fn clear(parent: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let path = entry.path();
        let lock = [LOCK, UNLOCKED].map(|name| File::open(path.join(name)).ok());
        let removed = match lock.into_iter().flatten().next() {
            Some(lock) if lock.try_lock().is_ok() => std::fs::remove_dir_all(&path),
            Some(_) => Ok(()),
            // Its maker was killed at the very beginning or end, when there is nothing in it.
            None => std::fs::remove_dir(&path),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, "{} is left over and can be deleted", path.display());
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_goes_whenever_its_maker_was_killed_and_nothing_that_is_in_use() {
        let parent = tempfile::tempdir().unwrap();
        let named = |name: &str| parent.path().join(format!("{PREFIX}{name}"));
        let used = Aside::new(parent.path()).unwrap();
        std::fs::write(used.path("content"), "kept").unwrap();
        for (name, files) in [
            ("empty", &[][..]),
            ("unlocked", &[UNLOCKED]),
            ("written", &[LOCK, "content"]),
        ] {
            std::fs::create_dir(named(name)).unwrap();
            for file in files {
                std::fs::write(named(name).join(file), "").unwrap();
            }
        }
        std::fs::write(parent.path().join("other"), "").unwrap();
        drop(Aside::new(parent.path()).unwrap());
        assert_eq!(std::fs::read(used.path("content")).unwrap(), b"kept");
        let count = || std::fs::read_dir(parent.path()).unwrap().count();
        assert_eq!(count(), 2);
        drop(used);
        assert_eq!(count(), 1);
    }
}
