//! Which file a path means, and that it stands below the files folder.

use std::cmp::Reverse;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::connectors::{ConnectorError, ErrorKind};

/// The folder below the files folder that holds what callers sent, each workspace's in a folder of
/// its own. A path that begins with it means the caller's own workspace's.
pub const UPLOADS: &str = "uploads";

/// Where the files of one caller are.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// The files folder.
    pub root: PathBuf,
    /// The name of the folder of the workspace's uploads, where it has one.
    pub uploads: Option<String>,
}

/// What a path means.
#[derive(Debug)]
pub(super) enum Found {
    File(PathBuf),
    Folder(PathBuf),
}

impl Files {
    /// The regular file that `path` means, with every link resolved.
    pub(super) fn file(&self, path: &str) -> Result<PathBuf, ConnectorError> {
        match self.find(path)? {
            Found::File(file) => Ok(file),
            Found::Folder(folder) => Err(no_file(path, "a folder", &folder)),
        }
    }

    /// The regular file or the folder that `path` means, with every link resolved.
    ///
    /// Each step is resolved and checked before the next is looked at, so that a link out of the
    /// folder tells nothing of what stands behind it.
    pub(super) fn find(&self, path: &str) -> Result<Found, ConnectorError> {
        let root = self.root.canonicalize().map_err(|error| no_root(&error))?;
        let wanted = Path::new(path);
        let relative = if wanted.is_absolute() {
            let inside = wanted
                .strip_prefix(&root)
                .or_else(|_| wanted.strip_prefix(&self.root));
            inside.map_err(|_| outside(path))?
        } else {
            wanted
        };
        let all_uploads = root.join(UPLOADS);
        let (folder, relative) = match relative.strip_prefix(UPLOADS) {
            Ok(rest) => {
                let own = self.uploads.as_ref().map(|own| all_uploads.join(own));
                let missing = io::Error::from(io::ErrorKind::NotFound);
                let own = own.ok_or(missing).and_then(|own| own.canonicalize());
                let own = own.map_err(|error| not_reached(path, None, &error))?;
                (own, rest)
            }
            Err(_) => (root, relative),
        };
        let mut at = folder.clone();
        for part in relative.components() {
            match part {
                Component::Normal(name) => {
                    let next = at.join(name);
                    at = next
                        .canonicalize()
                        .map_err(|error| not_reached(path, Some(&at), &error))?;
                    let foreign = at.starts_with(&all_uploads) && !folder.starts_with(&all_uploads);
                    if !at.starts_with(&folder) || foreign {
                        return Err(outside(path));
                    }
                }
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return Err(outside(path));
                }
            }
        }
        let metadata = at
            .metadata()
            .map_err(|error| not_reached(path, Some(&folder), &error))?;
        if metadata.is_file() {
            return Ok(Found::File(at));
        }
        if metadata.is_dir() {
            return Ok(Found::Folder(at));
        }
        // Anything else is never opened: opening a pipe or a device blocks or has effects.
        Err(no_file(path, "a pipe, a socket or a device", &at))
    }
}

fn no_file(path: &str, what: &str, at: &Path) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::DatabaseNotFound,
        format!("'{path}' is {what}, not a file."),
        format!("Name a file.{}", nearby(at, "")),
    )
}

fn outside(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::PermissionDenied,
        format!("'{path}' is not below the files folder."),
        "Only files below the files folder are read. Move or copy the file there and name it by \
         its path below that folder; links that lead out are not followed.",
    )
    .because("outside_files_folder")
}

fn no_root(error: &io::Error) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::DatabaseNotFound,
        format!("The files folder cannot be opened: {}.", error.kind()),
        "Ask the operator to make the folder that files_dir names, and to let Headwater read it.",
    )
}

fn not_reached(path: &str, folder: Option<&Path>, error: &io::Error) -> ConnectorError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ConnectorError::new(
            ErrorKind::DatabaseNotFound,
            format!("There is no file '{path}' in the files folder."),
            format!(
                "Check the spelling, with capitals; the path begins at the files folder.{}",
                folder.map_or_else(String::new, |folder| nearby(folder, path))
            ),
        ),
        io::ErrorKind::PermissionDenied => denied(path),
        kind => ConnectorError::new(
            ErrorKind::DatabaseNotFound,
            format!("'{path}' cannot be reached: {kind}."),
            "Check the path, and links on the way that lead in a circle.",
        ),
    }
}

/// The operating system does not let this program read the file.
pub(super) fn denied(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::PermissionDenied,
        format!("The operating system does not let Headwater read '{path}'."),
        "Let the user that Headwater runs as read the file and enter its folder.",
    )
}

/// How many entries of a folder are looked at, and how many are named.
const LOOKED_AT: usize = 1_000;
const NAMED: usize = 3;

/// The readable files of a folder whose names are nearest to the one asked for, as a sentence.
fn nearby(folder: &Path, path: &str) -> String {
    let wanted = Path::new(path).file_name().unwrap_or_default();
    let wanted = wanted.to_string_lossy().to_lowercase();
    let alike = |name: &str| {
        let name = name.to_lowercase();
        let same = name.chars().zip(wanted.chars());
        same.take_while(|(a, b)| a == b).count()
    };
    let is_readable = |name: &String| {
        Path::new(name).extension().is_some_and(|ending| {
            [
                "sqlite", "sqlite3", "db", "db3", "csv", "tsv", "json", "jsonl", "ndjson",
                "parquet", "xlsx", "xls", "gz",
            ]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
        })
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .take(LOOKED_AT)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(is_readable)
        .collect();
    names.sort_by_cached_key(|name| (Reverse(alike(name)), name.clone()));
    names.truncate(NAMED);
    if names.is_empty() {
        return String::new();
    }
    format!(" Nearest in that folder: {}.", names.join(", "))
}
