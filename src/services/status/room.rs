//! The room on the disk, and what takes it.

use std::path::Path;

use serde::Serialize;

use crate::services::backup::Places;
use crate::{disk, local, store};

/// The most files of a folder that are counted.
const FILES: usize = 250_000;

/// The room on the disk of the data folder, in bytes, and what takes it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DiskStatus)]
pub struct Room {
    /// What is free, where the file system says so.
    pub free_bytes: Option<u64>,
    /// The store, with its log.
    pub store_bytes: u64,
    /// The copied rows of all workspaces; `null` where there are too many files to count.
    pub copies_bytes: Option<u64>,
    /// The folder of files, likewise.
    pub files_bytes: Option<u64>,
    /// The folder of backups, likewise.
    pub backups_bytes: Option<u64>,
}

impl Room {
    /// What is there now. Blocks.
    pub(super) fn of(places: &Places) -> Self {
        let data = &places.data_dir;
        let part = |ending: &str| {
            let path = data.join(format!("{}{ending}", store::FILE_NAME));
            path.metadata().map_or(0, |found| found.len())
        };
        Self {
            free_bytes: disk::free(data).ok(),
            store_bytes: ["", "-wal", "-shm"].map(part).iter().sum(),
            copies_bytes: below(&data.join(local::FOLDER), FILES),
            files_bytes: below(&places.files_dir, FILES),
            backups_bytes: below(&places.backup_dir, FILES),
        }
    }
}

/// The bytes of the files below a folder, links not followed; `None` where they are more than `most`.
/// What cannot be read counts for nothing.
fn below(folder: &Path, most: usize) -> Option<u64> {
    let (mut bytes, mut entries) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            entries += 1;
            if entries > most {
                return None;
            }
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) if found.is_file() => bytes += found.len(),
                _ => {}
            }
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_below_a_folder_are_counted_up_to_a_bound() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(below(&root.path().join("none"), 9), Some(0));
        std::fs::create_dir(root.path().join("a")).unwrap();
        std::fs::write(root.path().join("a/one"), "12345").unwrap();
        std::fs::write(root.path().join("two"), "678").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/", root.path().join("a/all")).unwrap();
        assert_eq!(below(root.path(), 4), Some(8));
        assert_eq!(below(root.path(), 3), None);
    }
}
