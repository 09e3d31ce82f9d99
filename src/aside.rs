//! A folder for what is being written, beside the place where it will stand.

use std::fs::{File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What the names of these folders begin with.
const PREFIX: &str = ".headwater-aside-";
/// The file in it that is locked as long as somebody writes there.
const LOCK: &str = "lock";

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
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700));
        let folder = builder.tempdir_in(parent)?;
        // It has its name only once it is locked, so that nobody finds it free.
        let unnamed = folder.path().join("unlocked");
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

/// Takes away what processes left that were killed.
fn clear(parent: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        if let Ok(lock) = File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            let path = entry.path();
            tracing::warn!(%error, "{} is left over and can be deleted", path.display());
        }
    }
    Ok(())
}
