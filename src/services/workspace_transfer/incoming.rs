//! What comes with a document beside what the store keeps of it: made ready, and put where it is not
//! seen yet.

use std::collections::HashSet;
use std::io::{Read, Write};

use super::archive::ArchiveError;
use super::cells;
use super::copies::{Landing, disk_has_room};
use super::document::WorkspaceExport;
use super::ground::Ground;
use super::plan::Plan;
use super::schemas::Schemas;
use super::{TransferFailure, WorkspaceTransfers};
use crate::private_file;
use crate::services::sources::{SourceError, UNFINISHED, check_room, remove_left};

/// How much of a file is written at a time.
const PIECE: usize = 256 << 10;

/// What has come so far.
pub struct Incoming<'a> {
    pub transfers: &'a WorkspaceTransfers,
    pub document: &'a WorkspaceExport,
    pub plan: &'a Plan,
    /// The name of the workspace's file of copies, where it has one.
    pub known: Option<String>,
    /// Whether it is looked at and not kept.
    pub dry_run: bool,
    /// The schemas.
    pub schemas: Schemas,
    /// The rows and files, where there are any.
    pub ground: Option<Ground<'a>>,
    /// The names of the files.
    pub names: HashSet<String>,
    /// How many bytes they have.
    pub bytes: u64,
}

impl<'a> Incoming<'a> {
    /// Takes what stands in the document itself.
    pub fn of_document(&mut self) -> Result<(), TransferFailure> {
        let (document, render) = (self.document, self.transfers.render);
        self.schemas.of_document(document, self.plan, render)?;
        for (at, copy) in document.copies.iter().enumerate() {
            let Some(rows) = &copy.data else {
                continue;
            };
            let mut landing = self.landing(at)?;
            for values in rows {
                // They were looked at, one by one.
                for value in values {
                    cells::push(value, &mut landing.batch);
                }
                landing.pushed()?;
            }
            self.landed(landing)?;
        }
        Ok(())
    }

    /// Where the rows of a copy go.
    pub fn landing(&mut self, at: usize) -> Result<Landing<'a>, TransferFailure> {
        let copy = &self.document.copies[at];
        let copies = if self.plan.wants_rows(&copy.table_id) {
            Some(self.ground()?.copies()?)
        } else {
            None
        };
        Landing::new(copies.as_ref(), at, copy, &self.transfers.data_dir)
    }

    /// All rows of a copy came.
    pub fn landed(&mut self, landing: Landing<'_>) -> Result<(), TransferFailure> {
        if let Some(stage) = landing.finish()? {
            self.ground()?.stages.push(stage);
        }
        Ok(())
    }

    /// A file of so many bytes.
    pub fn file(
        &mut self,
        name: &str,
        bytes: u64,
        content: &mut impl Read,
    ) -> Result<(), TransferFailure> {
        if !self.names.insert(name.to_owned()) {
            return Err(ArchiveError::foreign(&format!("files/{name}")).into());
        }
        let uploads = &self.transfers.uploads;
        if bytes > uploads.file_limit {
            return Err(TransferFailure::FileTooLarge {
                name: name.to_owned(),
                limit: uploads.file_limit,
            });
        }
        let limit = uploads.workspace_limit;
        let used = self.bytes.saturating_add(bytes);
        if used > limit {
            return Err(SourceError::UploadsFull { limit, used }.into());
        }
        self.bytes = used;
        if self.dry_run {
            return match &self.known {
                Some(folder) if uploads.folder.join(folder).exists() => {
                    Ok(check_room(&uploads.folder.join(folder), name, limit, used)?)
                }
                _ => Ok(()),
            };
        }
        let ground = self.ground()?;
        let folder = ground.folder();
        private_file::make_folder(&folder)?;
        if ground.files.is_empty() {
            remove_left(&folder)?;
        }
        check_room(&folder, name, limit, bytes)?;
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&folder)?;
        let mut buffer = vec![0; PIECE];
        let mut left = bytes;
        while left > 0 {
            let read = content.read(&mut buffer).map_err(ArchiveError::from)?;
            if read == 0 {
                return Err(ArchiveError::Cut.into());
            }
            disk_has_room(&folder)?;
            file.write_all(&buffer[..read])?;
            left = left.saturating_sub(read as u64);
        }
        file.as_file().sync_all()?;
        let file = (file.into_temp_path(), name.to_owned());
        self.ground()?.files.push(file);
        Ok(())
    }

    fn ground(&mut self) -> Result<&mut Ground<'a>, TransferFailure> {
        let ground = match self.ground.take() {
            Some(ground) => ground,
            // Of what is not kept, nothing is to be left in a file that stays.
            None => Ground::new(self.transfers, self.known.clone().filter(|_| !self.dry_run))?,
        };
        Ok(self.ground.insert(ground))
    }
}
