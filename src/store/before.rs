//! A copy of the store from before each upgrade, beside it.

use std::io;
use std::path::{Path, PathBuf};

use super::{StoreError, migrations};
use crate::aside::Aside;
use crate::private_file;
use crate::sqlite_file::Snapshot;

/// How many are kept.
const KEPT: usize = 3;
/// Stands between the store's name and the version that it was brought to.
const MARK: &str = ".before-v";

/// Keeps a copy of a store that is about to be brought to this program's version; only of one that
/// holds something. The oldest copies go.
pub(super) fn keep(store: &Path) -> Result<(), StoreError> {
    let failed = |error: &dyn std::fmt::Display| StoreError::NotKept(error.to_string());
    let state = Snapshot::begin(store).map_err(|error| failed(&error))?;
    let Some(state) = state else { return Ok(()) };
    // Of the state that is copied: another process may have brought the file further meanwhile.
    let (found, known) = migrations::versions(state.connection())?;
    if found == 0 || found >= known {
        return Ok(());
    }
    let named = |suffix: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let copy = named(&format!("{MARK}{known}"));
    let folder = store.parent().unwrap_or_else(|| Path::new("."));
    let written = || -> io::Result<()> {
        // What one that was killed left there goes.
        let aside = Aside::new(folder)?;
        let part = aside.path("copy.sqlite");
        private_file::touch(&part)?;
        state.copy_to(&part).map_err(io::Error::other)?;
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &copy)
    };
    written().map_err(|error| failed(&error))?;
    tracing::info!("the store is kept as {} before its upgrade", copy.display());
    if let Err(error) = forget_oldest(store) {
        tracing::warn!(%error, "old copies of the store are left over");
    }
    Ok(())
}

fn forget_oldest(store: &Path) -> io::Result<()> {
    let name = store.file_name().unwrap_or_default().to_string_lossy();
    let begin = format!("{name}{MARK}");
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(store.parent().unwrap_or_else(|| Path::new(".")))? {
        let entry = entry?;
        let name = entry.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix(&begin));
        if let Some(version) = version.and_then(|text| text.parse::<usize>().ok()) {
            copies.push((version, entry.path()));
        }
    }
    copies.sort();
    let many = copies.len().saturating_sub(KEPT);
    copies
        .iter()
        .take(many)
        .try_for_each(|(_, path)| std::fs::remove_file(path))
}
