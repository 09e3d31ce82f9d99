//! Files that callers send: kept in a folder of their workspace below the files folder, by a name
//! that no workspace ever had, and read like any other file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::{Place, SourceError, Sources};
use crate::connectors::files::UPLOADS;
use crate::private_file;
use crate::store::workspaces;

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UploadedFile {
    /// Its name.
    pub name: String,
    /// The path by which it is connected.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    #[schema(value_type = String)]
    pub modified_at: Option<Timestamp>,
}

/// A file that is being sent. Dropping it leaves nothing.
pub struct Upload {
    file: NamedTempFile,
    folder: PathBuf,
    name: String,
    limit: u64,
}

/// How much room there is for a file.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// The most bytes of all files of the workspace.
    pub limit: u64,
    /// How many bytes the file is said to have.
    pub expected: u64,
}

/// What a file that is not there yet is called: hidden, so that no pattern means it.
pub const UNFINISHED: &str = ".upload-";
/// How long nothing is written to a file that nobody sends any more, as when the program was killed.
const LEFT: Duration = Duration::from_hours(24);

impl Sources {
    /// Begins a file of this name, which is checked.
    pub async fn begin_upload(
        &self,
        place: &Place,
        name: &str,
        quota: Quota,
    ) -> Result<Upload, SourceError> {
        let of = place.clone();
        let folder = self
            .store
            .write(move |tx| workspaces::copies_file(tx, &of.owner, &of.workspace))
            .await?;
        let folder = folder.ok_or(SourceError::NotFound("workspace"))?;
        let folder = self.context.files_root.join(UPLOADS).join(folder);
        let name = name.to_owned();
        blocking(move || {
            private_file::make_folder(&folder)?;
            remove_left(&folder)?;
            let Quota { limit, expected } = quota;
            check_room(&folder, &name, limit, expected)?;
            let file = tempfile::Builder::new()
                .prefix(UNFINISHED)
                .tempfile_in(&folder)?;
            Ok(Upload {
                file,
                folder,
                name,
                limit,
            })
        })
        .await
    }

    /// The files of a workspace, by name.
    pub async fn uploads(&self, place: &Place) -> Result<Vec<UploadedFile>, SourceError> {
        let Some(folder) = self.uploads_folder(place).await? else {
            return Ok(Vec::new());
        };
        blocking(move || {
            let entries = match std::fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            let mut files = Vec::new();
            for entry in entries {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                if !name.starts_with('.') && entry.file_type()?.is_file() {
                    files.push(described(name, &entry.metadata()?));
                }
            }
            files.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(files)
        })
        .await
    }

    /// Deletes a file of this name, which is checked; answers whether it was there.
    pub async fn delete_upload(&self, place: &Place, name: &str) -> Result<bool, SourceError> {
        let Some(folder) = self.uploads_folder(place).await? else {
            return Ok(false);
        };
        let file = folder.join(name);
        blocking(move || match std::fs::remove_file(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            removed => Ok(removed.map(|()| true)?),
        })
        .await
    }

    async fn uploads_folder(&self, place: &Place) -> Result<Option<PathBuf>, SourceError> {
        let of = place.clone();
        let folder = self
            .store
            .read(move |conn| workspaces::known_copies_file(conn, &of.owner, &of.workspace))
            .await?;
        Ok(folder.map(|folder| self.context.files_root.join(UPLOADS).join(folder)))
    }
}

impl Upload {
    /// Writes what came next.
    pub async fn write(mut self, bytes: Vec<u8>) -> Result<Self, SourceError> {
        blocking(move || {
            check_room(&self.folder, &self.name, self.limit, bytes.len() as u64)?;
            self.file.write_all(&bytes)?;
            Ok(self)
        })
        .await
    }

    /// All came: the file is there, in the place of an older one of its name.
    pub async fn finish(self) -> Result<UploadedFile, SourceError> {
        blocking(move || {
            self.file.as_file().sync_all()?;
            let file = self.file.persist(self.folder.join(&self.name));
            let file = file.map_err(io::Error::from)?;
            Ok(described(self.name, &file.metadata()?))
        })
        .await
    }
}

fn described(name: String, metadata: &std::fs::Metadata) -> UploadedFile {
    let modified = metadata.modified().ok();
    UploadedFile {
        path: format!("{UPLOADS}/{name}"),
        name,
        size: metadata.len(),
        modified_at: modified.and_then(|time| Timestamp::try_from(time).ok()),
    }
}

/// Fails where the files of a folder, those that are being sent among them, have no room for so many
/// bytes more. The file that is to be replaced is not counted.
pub fn check_room(folder: &Path, name: &str, limit: u64, more: u64) -> Result<(), SourceError> {
    let mut used = 0_u64;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != name
            && let Some(metadata) = there(entry.metadata())?
        {
            used = used.saturating_add(metadata.len());
        }
    }
    if used.saturating_add(more) > limit {
        return Err(SourceError::UploadsFull { limit, used });
    }
    Ok(())
}

/// Removes what is left of files that nobody sends any more.
pub fn remove_left(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let Some(metadata) = there(entry.metadata())?.filter(|_| is_unfinished) else {
            continue;
        };
        if metadata
            .modified()?
            .elapsed()
            .is_ok_and(|since| since > LEFT)
        {
            there(std::fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}

/// What was done with a file; nothing, where it went meanwhile.
fn there<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(io::Error::other)?
}
