//! What an archive says of itself, and which paths may stand in it.

use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::FILES;
use crate::{auth, local, store, vault};

/// The name of its entry.
pub(super) const NAME: &str = "headwater-backup.json";
/// The form of archives that this program writes and reads.
pub(super) const FORMAT: u32 = 1;
/// The most bytes of a manifest, and of a path in it.
pub(super) const LARGEST: u64 = 64 << 20;
pub(super) const LONGEST_PATH: usize = 4096;

/// What an archive says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive.
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When what is in it was as it is.
    pub created_at: Timestamp,
    /// Whether it holds the keys.
    pub with_key: bool,
    /// Its files, in the order of the archive.
    pub files: Vec<Entry>,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path in the data folder, by slashes.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Where a file of an archive belongs, from the data folder on; `None` for whatever has no business
/// there. `files` is the folder of files, where it stands in the data folder.
pub(super) fn place(path: &str, files: Option<&Path>) -> Option<PathBuf> {
    if path.len() > LONGEST_PATH || path.contains(['\\', '\0']) {
        return None;
    }
    let parts: Vec<&str> = path.split('/').collect();
    let plain = parts.iter().all(|part| {
        let mut components = Path::new(part).components();
        matches!(
            (components.next(), components.next()),
            (Some(Component::Normal(name)), None) if name == *part
        )
    });
    if !plain {
        return None;
    }
    match parts.as_slice() {
        [store::FILE_NAME | vault::FILE_NAME | auth::token::FILE_NAME] => Some(path.into()),
        [local::FOLDER, file] if is_database(file) => Some(path.into()),
        [FILES, _, ..] => Some(files.unwrap_or(Path::new(FILES)).join(parts[1..].join("/"))),
        _ => None,
    }
}

/// Whether a path is that of a database of ours.
pub(super) fn is_database(path: &str) -> bool {
    let ours = path == store::FILE_NAME || !path.starts_with(&format!("{FILES}/"));
    ours && Path::new(path)
        .extension()
        .is_some_and(|ending| ending == "sqlite")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_data_folder_have_a_place() {
        for path in [
            "headwater.sqlite",
            "secret.key",
            "token.key",
            "workspaces/ws_1.sqlite",
            "files/a",
            "files/uploads/ws/ö b.csv",
        ] {
            assert_eq!(place(path, None), Some(path.into()), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "files/../../x",
            "files/./x",
            "files//x",
            "files/",
            "files",
            "workspaces/../x.sqlite",
            "workspaces/a/b.sqlite",
            "workspaces/x",
            "headwater.toml",
            "headwater.sqlite-wal",
            "headwater.lock",
            "files/a\\..\\b",
            "files/a\0b",
        ] {
            assert_eq!(place(path, None), None, "{path}");
        }
        let inside = place("files/a", Some(Path::new("sources")));
        assert_eq!(inside, Some("sources/a".into()));
    }
}
