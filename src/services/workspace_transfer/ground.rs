//! What an import puts beside the store before it is decided: rows and files. All of it goes again unless the
//! store keeps what it belongs to.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempPath;

use super::{TransferFailure, WorkspaceTransfers};
use crate::local::{Copies, LocalError, Stage};
use crate::model::{TableId, WorkspaceId};
use crate::store::workspaces;

/// A file of copies, and a folder of files, that something is put into. Dropped before
/// [`keep`](Self::keep), it is as it was.
pub struct Ground<'a> {
    transfers: &'a WorkspaceTransfers,
    /// The name of both.
    pub file: String,
    is_new: bool,
    copies: Option<Arc<Copies>>,
    /// The filled stages, by the places of their copies in the document.
    pub stages: Vec<(usize, Stage)>,
    /// The tables whose copies came.
    pub came: Vec<TableId>,
    /// Files that have no name yet, and those that they are to have.
    pub files: Vec<(TempPath, String)>,
    /// Files that came.
    placed: Vec<PathBuf>,
    kept: bool,
}

impl<'a> Ground<'a> {
    /// That of a workspace which has one of that name, or a new one.
    pub fn new(
        transfers: &'a WorkspaceTransfers,
        known: Option<String>,
    ) -> Result<Self, TransferFailure> {
        if let Some(file) = known {
            return Ok(Self::of(transfers, file, false));
        }
        let file = WorkspaceId::generate().to_string();
        transfers.local.begin(&file)?;
        Ok(Self::of(transfers, file, true))
    }

    fn of(transfers: &'a WorkspaceTransfers, file: String, is_new: bool) -> Self {
        Self {
            transfers,
            file,
            is_new,
            copies: None,
            stages: Vec::new(),
            came: Vec::new(),
            files: Vec::new(),
            placed: Vec::new(),
            kept: false,
        }
    }

    /// The file of copies.
    pub fn copies(&mut self) -> Result<Arc<Copies>, LocalError> {
        if let Some(copies) = &self.copies {
            return Ok(Arc::clone(copies));
        }
        let copies = self.transfers.local.copies(&self.file)?;
        self.copies = Some(Arc::clone(&copies));
        Ok(copies)
    }

    /// The folder of files.
    pub fn folder(&self) -> PathBuf {
        self.transfers.uploads.folder.join(&self.file)
    }

    /// Gives the files their names. One that is there stays as it is. Answers how many came, and how many did not.
    pub fn place_files(&mut self) -> Result<(u64, u64), TransferFailure> {
        let folder = self.folder();
        let (mut came, mut stayed) = (0, 0);
        for (file, name) in std::mem::take(&mut self.files) {
            let path = folder.join(name);
            match file.persist_noclobber(&path) {
                Ok(()) => {
                    self.placed.push(path);
                    came += 1;
                }
                Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => {
                    stayed += 1;
                }
                Err(refused) => return Err(refused.error.into()),
            }
        }
        Ok((came, stayed))
    }

    /// The store keeps what all this belongs to.
    pub fn keep(mut self) {
        self.kept = true;
    }

    fn take_back(&mut self) -> Result<(), TransferFailure> {
        let (local, stages) = (&self.transfers.local, std::mem::take(&mut self.stages));
        self.files.clear();
        for path in &self.placed {
            std::fs::remove_file(path)?;
        }
        if !self.is_new {
            drop(stages);
            if let Some(copies) = &self.copies {
                copies.remove(&self.came, &[])?;
            }
            return Ok(());
        }
        // Nobody knows of what was made for this alone.
        for (_, stage) in stages {
            stage.leave();
        }
        local.remove(&self.file)?;
        match std::fs::remove_dir_all(self.folder()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Ground<'_> {
    fn drop(&mut self) {
        let taken_back = if self.kept { Ok(()) } else { self.take_back() };
        let done = taken_back.and_then(|()| {
            if self.is_new {
                self.transfers.local.settled(&self.file)?;
            }
            Ok(())
        });
        if let Err(error) = done {
            tracing::warn!(%error, "what is left of an import goes at the next start");
        }
    }
}

impl WorkspaceTransfers {
    /// Deletes what imports left that were ended with the program. Blocks.
    ///
    /// # Errors
    /// Where the store or the folder cannot be read.
    pub fn clear(&self) -> Result<(), TransferFailure> {
        for file in self.local.unsettled()? {
            let named = self.store.read_blocking(workspaces::all_copies_files)?;
            let mut left = Ground::of(self, file, true);
            left.kept = named.contains(&left.file);
        }
        Ok(())
    }
}
