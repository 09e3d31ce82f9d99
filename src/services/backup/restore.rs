//! A data folder out of a backup: made whole beside the present one, and then put in its place.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::manifest::Manifest;
use super::unpack::unpack;
use super::{BackupError, Places, SETTINGS, failed};
use crate::aside::Aside;
use crate::folder_lock::FolderLock;
use crate::services::setup::{VaultStartError, check_vault};
use crate::store::{self, Store};
use crate::vault::KeySource;
use crate::{auth, disk, private_file, vault};

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup said of itself.
    pub manifest: Manifest,
    /// Where the folder that was replaced stands now; `None` where there was none.
    pub replaced: Option<PathBuf>,
    /// What whoever restores should know.
    pub notes: Vec<String>,
}

/// Checks a backup as a restore would, and changes nothing. It is unpacked beside the archive, which
/// takes that much room for the time.
pub fn check(archive: &Path) -> Result<Manifest, BackupError> {
    let parent = match archive.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let aside = Aside::new(parent).map_err(failed(parent))?;
    let folder = aside.path("data");
    let manifest = unpack(archive, &folder, None)?;
    Store::open(&folder)?;
    Ok(manifest)
}

/// Puts what a backup holds in the place of the data folder, which stays beside it under another name.
///
/// Whenever it is ended, the data folder is the old one or the new one.
pub fn restore(places: &Places, archive: &Path) -> Result<Restored, BackupError> {
    let (data_dir, parent) = stand(&places.data_dir)?;
    let present = data_dir.is_dir();
    // A mounted folder has its name from elsewhere, and cannot give it to another.
    if present && is_mounted(&data_dir, &parent).map_err(failed(&data_dir))? {
        return Err(BackupError::Place(format!(
            "{} is a mounted volume, which cannot be exchanged as a whole; restore into a folder inside of it (--data-dir {}/restored) and serve from that",
            data_dir.display(),
            data_dir.display(),
        )));
    }
    // Of a folder that is there: nobody serves from one that is not.
    let lock = present.then(|| FolderLock::take(&data_dir)).transpose()?;
    let aside = Aside::new(&parent).map_err(failed(&parent))?;
    let new = aside.path("data");
    let files_inside = places.files_inside();
    let manifest = unpack(archive, &new, files_inside.as_deref())?;
    let mut notes = Vec::new();
    keep(&data_dir, &new, SETTINGS)?;
    if !keep(&data_dir, &new, auth::token::FILE_NAME)? {
        notes.push(
            "no token.key was there: the next start makes one, and everybody logs in again"
                .to_owned(),
        );
    }
    keep(&data_dir, &new, vault::FILE_NAME)?;
    open_credentials(places, &new)?;
    if files_inside.is_none() {
        notes.push(format!(
            "the files folder is {}: files of the backup, if any, are in {}",
            places.files_dir.display(),
            data_dir.join(super::FILES).display()
        ));
    }
    sync(&new).map_err(failed(&new))?;
    let backups_inside = places.inside(&places.backup_dir);
    let replaced = exchange(&data_dir, &parent, &new, present)?;
    if let (Some(replaced), Some(inside)) = (&replaced, backups_inside)
        && let Err(error) = keep_backups(replaced, &data_dir, &inside)
    {
        let folder = replaced.join(inside);
        notes.push(format!("the backups are in {} ({error})", folder.display()));
    }
    drop(lock);
    Ok(Restored {
        manifest,
        replaced,
        notes,
    })
}

/// The data folder without links in its path, and the folder that it stands in.
fn stand(data_dir: &Path) -> Result<(PathBuf, PathBuf), BackupError> {
    if let Ok(whole) = data_dir.canonicalize() {
        return match whole.parent() {
            Some(parent) => Ok((whole.clone(), parent.to_owned())),
            None => Err(BackupError::Place("/ is no data folder".to_owned())),
        };
    }
    let parent = match data_dir.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let parent = parent.canonicalize().map_err(failed(parent))?;
    let name = data_dir.file_name().unwrap_or_default();
    Ok((parent.join(name), parent))
}

#[cfg(unix)]
fn is_mounted(folder: &Path, parent: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    Ok(folder.metadata()?.dev() != parent.metadata()?.dev())
}

#[cfg(not(unix))]
fn is_mounted(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Takes a file of the present folder over where the backup has none. Answers whether there is one now.
fn keep(present: &Path, new: &Path, name: &str) -> Result<bool, BackupError> {
    let (from, to) = (present.join(name), new.join(name));
    if to.exists() {
        return Ok(true);
    }
    match std::fs::copy(&from, &to) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(&from)(error)),
    }
}

/// Moves the folder of backups over: whoever deletes the replaced folder does not mean those.
fn keep_backups(replaced: &Path, data_dir: &Path, inside: &Path) -> io::Result<()> {
    let (from, to) = (replaced.join(inside), data_dir.join(inside));
    if !from.is_dir() {
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        private_file::make_folder(parent)?;
    }
    disk::rename_to_new(&from, &to)
}

/// Makes sure that the credentials in the restored store open by the key that a start would take.
fn open_credentials(places: &Places, new: &Path) -> Result<(), BackupError> {
    let source = match &places.secret_key {
        KeySource::DataFolder(_) => KeySource::DataFolder(new.to_owned()),
        other => other.clone(),
    };
    let store = Store::open(new)?;
    match store.read_blocking(|conn| check_vault(conn, &source)) {
        Ok(_) => Ok(()),
        Err(VaultStartError::Store(error)) => Err(error.into()),
        Err(cause) => Err(BackupError::Key { cause }),
    }
}

/// Has all of a folder on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    for name in [
        SETTINGS,
        auth::token::FILE_NAME,
        vault::FILE_NAME,
        store::FILE_NAME,
    ] {
        match std::fs::File::open(folder.join(name)) {
            Ok(file) => file.sync_all()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
        disk::sync_folder(&folder)?;
    }
    Ok(())
}

/// Puts the new folder into its place. Answers where the old one stands.
fn exchange(
    data_dir: &Path,
    parent: &Path,
    new: &Path,
    present: bool,
) -> Result<Option<PathBuf>, BackupError> {
    let sync = || disk::sync_folder(parent).map_err(failed(parent));
    if !present {
        disk::rename_to_new(new, data_dir).map_err(failed(data_dir))?;
        sync()?;
        return Ok(None);
    }
    let name = data_dir.file_name().unwrap_or_default().to_string_lossy();
    let now = Timestamp::now().strftime("%Y%m%dT%H%M%S");
    // The new folder first gets the name that the old one is to have: after the exchange all is in
    // its place, and what is taken away with the folder aside was never the old one.
    let replaced = (0..1000)
        .map(|number| match number {
            0 => format!("{name}.replaced-{now}"),
            _ => format!("{name}.replaced-{now}-{number}"),
        })
        .map(|name| parent.join(name))
        .find(|path| !path.exists())
        .ok_or_else(|| BackupError::Place("too many replaced folders; delete some".to_owned()))?;
    disk::rename_to_new(new, &replaced).map_err(failed(&replaced))?;
    if let Err(cause) = disk::exchange(&replaced, data_dir) {
        let _ = std::fs::remove_dir_all(&replaced);
        return Err(failed(data_dir)(cause));
    }
    sync()?;
    Ok(Some(replaced))
}
