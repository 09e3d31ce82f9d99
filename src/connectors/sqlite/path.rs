//! Which file a path means, and that it stands below the files folder.

use std::cmp::Reverse;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::connectors::{ConnectorError, ErrorKind};

/// The regular file that `path` means below `root`, with every link resolved.
///
/// Each step is resolved and checked before the next is looked at, so that a link out of the
/// folder tells nothing of what stands behind it.
pub(super) fn resolve(root: &Path, path: &str) -> Result<PathBuf, ConnectorError> {
    let folder = root.canonicalize().map_err(|error| no_root(&error))?;
    let wanted = Path::new(path);
    let relative = if wanted.is_absolute() {
        let inside = wanted
            .strip_prefix(&folder)
            .or_else(|_| wanted.strip_prefix(root));
        inside.map_err(|_| outside(path))?
    } else {
        wanted
    };
    let mut at = folder.clone();
    for part in relative.components() {
        match part {
            Component::Normal(name) => {
                let next = at.join(name);
                at = next
                    .canonicalize()
                    .map_err(|error| not_reached(path, &at, &error))?;
                if !at.starts_with(&folder) {
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
        .map_err(|error| not_reached(path, &folder, &error))?;
    if metadata.is_file() {
        return Ok(at);
    }
    // Anything else is never opened: opening a pipe or a device blocks or has effects.
    let what = if metadata.is_dir() {
        "a folder"
    } else {
        "a pipe, a socket or a device"
    };
    Err(ConnectorError::new(
        ErrorKind::DatabaseNotFound,
        format!("'{path}' is {what}, not a file."),
        format!("Name an SQLite file.{}", nearby(&at, "")),
    ))
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

fn not_reached(path: &str, folder: &Path, error: &io::Error) -> ConnectorError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ConnectorError::new(
            ErrorKind::DatabaseNotFound,
            format!("There is no file '{path}' in the files folder."),
            format!(
                "Check the spelling, with capitals; the path begins at the files folder.{}",
                nearby(folder, path)
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

/// The databases of a folder whose names are nearest to the one asked for, as a sentence.
fn nearby(folder: &Path, path: &str) -> String {
    let wanted = Path::new(path).file_name().unwrap_or_default();
    let wanted = wanted.to_string_lossy().to_lowercase();
    let alike = |name: &str| {
        let name = name.to_lowercase();
        let same = name.chars().zip(wanted.chars());
        same.take_while(|(a, b)| a == b).count()
    };
    let is_database = |name: &String| {
        Path::new(name).extension().is_some_and(|ending| {
            ["sqlite", "sqlite3", "db", "db3"]
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known))
        })
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .take(LOOKED_AT)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(is_database)
        .collect();
    names.sort_by_cached_key(|name| (Reverse(alike(name)), name.clone()));
    names.truncate(NAMED);
    if names.is_empty() {
        return String::new();
    }
    format!(" Nearest in that folder: {}.", names.join(", "))
}
