//! Floor 1: the copied rows of workspaces, one SQLite file each. The only place that knows their SQL.
//!
//! A file holds a table for each copy, named by a number, and a catalog that says of what each is
//! the copy. A copy is replaced by filling another table and changing the catalog: readers see the
//! old one whole or the new one whole. A table that no entry of the catalog names is rubbish of a
//! run that did not end, and is dropped when the file is opened.

mod apply;
mod catalog;
mod columns;
mod error;
mod file;
mod rows;
mod snapshot;
mod stage;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::model::{SourceId, TableId};
use crate::private_file;

pub use apply::{Applied, Change, Delta};
pub use catalog::{Copy, CopyColumn};
pub use columns::same_form;
pub use error::LocalError;
pub use snapshot::{Form, Snapshot};
pub use stage::{Arrival, Stage, StageDraft};

/// The folder below the data folder.
pub const FOLDER: &str = "workspaces";

/// What the name of a note on a file that is being made ends with.
const MARK: &str = ".arriving";

/// The files of all workspaces. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Local {
    folder: Arc<PathBuf>,
    open: Arc<Mutex<HashMap<String, Arc<Copies>>>>,
}

impl Local {
    /// The files in a data folder; none is touched before it is asked for.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            folder: Arc::new(data_dir.join(FOLDER)),
            open: Arc::default(),
        }
    }

    /// The copies in the file of that name, which is made where it is missing. Blocks.
    ///
    /// # Errors
    /// Where the folder or the file cannot be used.
    pub fn copies(&self, file: &str) -> Result<Arc<Copies>, LocalError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(copies) = open.get(file) {
            return Ok(Arc::clone(copies));
        }
        let path = self.path(file);
        private_file::make_folder(&self.folder)
            .and_then(|()| private_file::touch(&path))
            .map_err(|cause| LocalError::of_folder(path.clone(), cause))?;
        let copies = Arc::new(Copies::open(&path)?);
        open.insert(file.to_owned(), Arc::clone(&copies));
        Ok(copies)
    }

    /// The copies in the file of that name, where there is one. Blocks.
    ///
    /// # Errors
    /// Where the file cannot be used.
    pub fn existing(&self, file: &str) -> Result<Option<Arc<Copies>>, LocalError> {
        if self.path(file).exists() {
            self.copies(file).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Notes that a file of that name is being made which nobody knows of yet: where the program ends
    /// before [`settled`](Self::settled), the next start finds it by [`unsettled`](Self::unsettled).
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub fn begin(&self, file: &str) -> Result<(), LocalError> {
        let path = self.mark(file);
        private_file::make_folder(&self.folder)
            .and_then(|()| private_file::touch(&path))
            .map_err(|cause| LocalError::of_folder(path, cause))
    }

    /// Whatever was being made of that name is known now, or gone.
    ///
    /// # Errors
    /// Where the note cannot be deleted.
    pub fn settled(&self, file: &str) -> Result<(), LocalError> {
        delete(self.mark(file))
    }

    /// The names of files that were being made when the program ended.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn unsettled(&self) -> Result<Vec<String>, LocalError> {
        let failed = |cause| LocalError::of_folder(self.folder.to_path_buf(), cause);
        let entries = match std::fs::read_dir(&*self.folder) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let name = name.to_string_lossy();
            names.extend(name.strip_suffix(MARK).map(str::to_owned));
        }
        Ok(names)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Deletes a file with all its copies. One that is being read stays on the disk until that ends.
    ///
    /// # Errors
    /// Where it cannot be deleted.
    pub fn remove(&self, file: &str) -> Result<(), LocalError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(file);
        let path = self.path(file);
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            delete(name.into())?;
        }
        Ok(())
    }

    fn mark(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}{MARK}"))
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.sqlite"))
    }
}

/// Deletes a file that may be gone.
fn delete(path: PathBuf) -> Result<(), LocalError> {
    match std::fs::remove_file(&path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(LocalError::of_folder(path, cause))
        }
        _ => Ok(()),
    }
}

/// The copies of one workspace: one writer, any number of readers. All that it does blocks.
#[derive(Debug)]
pub struct Copies {
    path: PathBuf,
    writer: Mutex<Connection>,
}

impl Copies {
    fn open(path: &Path) -> Result<Self, LocalError> {
        let mut writer = file::open_writer(path)?;
        catalog::make(&mut writer)?;
        catalog::drop_rubbish(&writer)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A connection that sees one state of the copies at a time and cannot write.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn reader(&self) -> Result<Connection, LocalError> {
        may_block();
        file::open_reader(&self.path)
    }

    /// All copies.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn list(&self) -> Result<Vec<Copy>, LocalError> {
        catalog::list(&self.reader()?)
    }

    /// The copy of a table.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn get(&self, table: &TableId) -> Result<Option<Copy>, LocalError> {
        catalog::get(&self.reader()?, table)
    }

    /// Notes that a copy is of now, since its table is as it was.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn confirm(&self, copy: &Copy, synced_at: i64) -> Result<(), LocalError> {
        catalog::confirm(&self.writer(), copy, synced_at)
    }

    /// Lets go of the copies of tables, and of all tables of sources.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn remove(&self, tables: &[TableId], sources: &[SourceId]) -> Result<(), LocalError> {
        let mut writer = self.writer();
        catalog::remove(&mut writer, tables, sources)
    }

    /// Whoever panicked while writing left a transaction that was rolled back.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        may_block();
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever waits for a disk on a thread that futures run on holds all of them up. While it is
/// developed the program stops where that is tried.
fn may_block() {
    if cfg!(debug_assertions)
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        // Panics on such a thread, and does nothing on one that may block.
        runtime.block_on(std::future::ready(()));
    }
}
