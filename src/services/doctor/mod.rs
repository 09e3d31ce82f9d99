//! Whether a data folder is well: looked at as it stands, and nothing in it is changed.

mod sources;

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backup::{Places, Shelf};
use super::setup::{VaultStartError, check_vault, unopened};
use crate::folder_lock::{FolderLock, LockError};
use crate::sqlite_file::{self, Snapshot};
use crate::store::{self, Connection, secrets};
use crate::vault::KeySource;
use crate::{auth, disk, key_file, local, private_file};

pub use sources::{AskedSource, ask_sources};

/// Below this much free disk, something will fail soon; below that, now.
const LITTLE_DISK: u64 = 1 << 30;
const NO_DISK: u64 = 64 << 20;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// Something does not work.
    Failed,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What: `folder`, `store`, `key`, `tokens`, `copies`, `disk` or `source`.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// What was found.
    pub message: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The source that was asked, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<AskedSource>,
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, State::Ok, message, "");
    }

    fn warn(&mut self, check: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(check, State::Warning, message, hint);
    }

    fn fail(&mut self, check: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(check, State::Failed, message, hint);
    }

    fn add(
        &mut self,
        check: &'static str,
        state: State,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Finding {
            check,
            state,
            message: message.into(),
            hint: hint.into(),
            source: None,
        });
    }
}

/// Looks at a data folder.
#[must_use]
pub fn examine(places: &Places) -> Vec<Finding> {
    let mut findings = Findings::default();
    let data = &places.data_dir;
    if !data.is_dir() {
        let message = format!("{} is no folder", data.display());
        let hint = "name the data folder by --data-dir; a first start makes one";
        findings.fail("folder", message, hint);
        return findings.0;
    }
    folder(&mut findings, data);
    rights(&mut findings, places);
    room(&mut findings, data);
    control(&mut findings, places);
    findings.0
}

/// Whether a server works in the folder, which is no fault in any case.
fn folder(findings: &mut Findings, data: &Path) {
    let held = data
        .join(crate::folder_lock::FILE_NAME)
        .exists()
        .then(|| FolderLock::take(data));
    let name = data.display();
    match held {
        None | Some(Ok(_)) => findings.ok("folder", format!("{name}; no server works in it")),
        Some(Err(LockError::InUse(_))) => {
            findings.ok("folder", format!("{name}; a server works in it"));
        }
        Some(Err(error)) => {
            let hint = "let this program's user write to it";
            findings.fail("folder", error.to_string(), hint);
        }
    }
}

/// Whether others may read what is the owner's.
fn rights(findings: &mut Findings, places: &Places) {
    let mut open = 0;
    for (path, mode) in private(places) {
        let name = path.display();
        match private_file::is_open_to_others(&path) {
            Ok(false) => {}
            // What is missing is told where it is looked at.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(true) => {
                open += 1;
                findings.warn(
                    "folder",
                    format!("others may read {name}"),
                    format!("run: chmod {mode} {name}"),
                );
            }
            Err(error) => {
                open += 1;
                let hint = "let this program's user read it";
                findings.fail(
                    "folder",
                    format!("{name} cannot be looked at: {error}"),
                    hint,
                );
            }
        }
    }
    if open == 0 {
        findings.ok(
            "folder",
            "nobody else may read the store, the keys, the copies or the backups",
        );
    }
}

/// What is for the owner alone, each with the mode that it should have.
fn private(places: &Places) -> Vec<(PathBuf, &'static str)> {
    let data = &places.data_dir;
    let mut private = vec![
        (data.clone(), "700"),
        (data.join(store::FILE_NAME), "600"),
        (data.join(auth::token::FILE_NAME), "600"),
    ];
    private.extend(places.secret_key.file().map(|file| (file, "600")));
    private.extend(copies(data).into_iter().map(|file| (file, "600")));
    let shelf = Shelf::new(places.backup_dir.clone());
    let backups = shelf.list().unwrap_or_default().into_iter();
    private.extend(backups.map(|backup| (shelf.folder().join(backup.name), "600")));
    private
}

/// What is for the owner alone and others may read, each with the mode that it should have.
pub(super) fn open_to_others(places: &Places) -> Vec<(PathBuf, &'static str)> {
    let mut private = private(places);
    private.retain(|(path, _)| private_file::is_open_to_others(path).unwrap_or(false));
    private
}

fn room(findings: &mut Findings, data: &Path) {
    let hint = "free some space, or move the folder to a larger disk";
    match disk::free(data) {
        Ok(free) => {
            let message = format!("{} MB are free on the disk", free >> 20);
            match free {
                0..NO_DISK => findings.fail("disk", message, hint),
                NO_DISK..LITTLE_DISK => findings.warn("disk", message, hint),
                _ => findings.ok("disk", message),
            }
        }
        Err(error) => findings.warn("disk", format!("the disk tells no room: {error}"), hint),
    }
}

/// The store, and what can be known by it alone.
fn control(findings: &mut Findings, places: &Places) {
    const RESTORE: &str = "stop the server and run: headwater restore FILE, with a backup";
    let path = places.data_dir.join(store::FILE_NAME);
    let name = path.display();
    let state = match Snapshot::begin(&path) {
        Ok(Some(state)) => state,
        Ok(None) => {
            let hint = "a start makes one; where there was one, restore a backup";
            return findings.fail("store", format!("{name} is missing"), hint);
        }
        Err(error) => return findings.fail("store", error.to_string(), RESTORE),
    };
    if let Err(error) = sqlite_file::check_indexes_too(&path) {
        return findings.fail("store", error.to_string(), RESTORE);
    }
    let conn = state.connection();
    match store::versions(conn) {
        Err(error) => return findings.fail("store", error.to_string(), RESTORE),
        Ok((found, known)) if found > known => {
            let message =
                format!("the store is of version {found}, this program knows up to {known}");
            return findings.fail(
                "store",
                message,
                "start the newer program, or restore a backup from before the upgrade",
            );
        }
        Ok((0, _)) => {
            let hint = "a start makes it; where there was more, restore a backup";
            return findings.fail("store", "the store is empty", hint);
        }
        Ok((found, known)) if found < known => findings.warn(
            "store",
            format!("whole; of version {found}"),
            format!("the next start brings it to version {known}; make a backup before"),
        ),
        Ok((found, _)) => findings.ok("store", format!("whole; of version {found}")),
    }
    key(findings, conn, &places.secret_key);
    tokens(findings, &places.data_dir);
    all_copies(findings, conn, &places.data_dir);
}

fn key(findings: &mut Findings, conn: &Connection, source: &KeySource) {
    // As a file of somebody else's: one of ours would be closed to others by reading it.
    let source = source
        .file()
        .map_or_else(|| source.clone(), KeySource::File);
    let vault = match check_vault(conn, &source) {
        Ok(Some(vault)) => vault,
        Ok(None) => return findings.ok("key", "nothing is sealed yet"),
        Err(error) => {
            let hint = match &error {
                VaultStartError::Store(_) | VaultStartError::Vault(_) => {
                    "put secret.key back from a copy"
                }
                _ => {
                    "give the right key by HEADWATER_SECRET_KEY_FILE, or put it in the place of secret.key"
                }
            };
            return findings.fail("key", error.to_string(), hint);
        }
    };
    let kept = match secrets::all(conn) {
        Ok(kept) => kept,
        Err(error) => return findings.fail("key", error.to_string(), "restore a backup"),
    };
    let closed = unopened(&vault, &kept);
    for kept in &closed {
        findings.fail(
            "key",
            format!("the {} of the source '{}' does not open", kept.field, kept.name),
            "connect the source again with it, or put the key that it was sealed by into the key file",
        );
    }
    if closed.is_empty() {
        let (ids, secrets) = (vault.key_ids(), kept.len());
        let older = ids.len().saturating_sub(1);
        let used = |id: &String| kept.iter().any(|kept| kept.sealed.key_id == **id);
        let idle = ids.iter().skip(1).filter(|id| !used(id)).count();
        let older = match older {
            0 => String::new(),
            _ => format!("; {older} older, of which {idle} open nothing any more"),
        };
        findings.ok(
            "key",
            format!(
                "{} opens all {secrets} sealed credentials{older}",
                vault.key_id()
            ),
        );
    }
}

fn tokens(findings: &mut Findings, data: &Path) {
    let path = data.join(auth::token::FILE_NAME);
    if !path.exists() {
        let hint =
            "the next start makes one, and everybody logs in again; or put it back from a copy";
        return findings.warn("tokens", format!("{} is missing", path.display()), hint);
    }
    match key_file::load(&path) {
        Ok(_) => findings.ok("tokens", "their key is there"),
        Err(error) => findings.fail(
            "tokens",
            error.to_string(),
            "put it back from a copy, or delete it: everybody logs in again then",
        ),
    }
}

fn all_copies(findings: &mut Findings, conn: &Connection, data: &Path) {
    let named = match store::workspaces::all_copies_files(conn) {
        Ok(named) => named,
        Err(error) => return findings.fail("copies", error.to_string(), "restore a backup"),
    };
    let files = copies(data);
    let mut whole = 0;
    for file in &files {
        let name = file.display();
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        if !named.contains(stem.as_ref()) {
            let hint = format!("it can be deleted, while no server works: rm {name}");
            findings.warn("copies", format!("{name} belongs to no workspace"), hint);
        } else if let Err(error) = sqlite_file::check(file) {
            let hint = "stop the server, delete the file and copy again, or restore a backup";
            findings.fail("copies", error.to_string(), hint);
        } else {
            whole += 1;
        }
    }
    if whole == files.len() {
        findings.ok("copies", format!("{whole} files, all whole"));
    }
}

/// The files of copies.
fn copies(data: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data.join(local::FOLDER));
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .collect();
    found.sort();
    found
}
