//! Files and folders that nobody but their owner may read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes the folder, and those above it, for the owner alone. A folder that is already there keeps
/// its permissions: it may be a mounted volume, or shared for a reason.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file for the owner alone, or takes away what others may do with one that is there.
pub fn touch(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    close_to_others(path)
}

/// Whether the group or others may do anything with a file.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    return Ok(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions()) & 0o077 != 0,
    );
    #[cfg(not(unix))]
    Ok(false)
}

/// Takes away whatever the group and others may do with a file, and tells it in the log: they may
/// have read it. Where it cannot be taken away (another owner, a file system without permissions)
/// that is told too, and is no reason to stop.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    if !is_open_to_others(path)? {
        return Ok(());
    }
    #[cfg(unix)]
    {
        let for_its_owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        let closed = fs::set_permissions(path, for_its_owner);
        let path = path.display();
        match closed {
            Ok(()) => {
                tracing::warn!("others could read the file {path}; it is closed to them now");
            }
            Err(error) => {
                tracing::warn!(%error, "others may read the file {path}; run: chmod 600 {path}");
            }
        }
    }
    Ok(())
}

/// Writes a new file whole or not at all. Answers `false`, and leaves it as it is, where another
/// process has made it meanwhile.
pub fn create_new(path: &Path, content: &[u8]) -> io::Result<bool> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // A temporary file is made 0600; it takes its name only after its content is on the disk.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(refused) => Err(refused.error),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_the_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        make_folder(&folder).unwrap();
        touch(&folder.join("file")).unwrap();
        assert!(create_new(&folder.join("new"), b"x").unwrap());
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("file")), 0o600);
        assert_eq!(mode(&folder.join("new")), 0o600);
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("key");
        assert!(create_new(&path, b"first").unwrap());
        assert!(!create_new(&path, b"second").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn a_file_that_others_could_read_is_closed_to_them() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("store");
        fs::write(&path, b"kept").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        touch(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"kept");
    }
}
