//! A workspace as an archive.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::outflow::{Outflow, Pieces};
use super::write::Writer;
use super::{ARCHIVE, DOCUMENT, Entry, MANIFEST, Manifest, PART};
use crate::local::{Copy, Snapshot};
use crate::services::sources::Place;
use crate::services::workspace_transfer::cells;
use crate::services::workspace_transfer::export::{Rows, Writing};
use crate::services::workspace_transfer::sealing::Passage;
use crate::services::workspace_transfer::spool::{Span, Spool};
use crate::services::workspace_transfer::{
    ExportWorkspace, MOST_BYTES, TransferFailure, WorkspaceTransfers,
};
use crate::store::{StoreError, workspaces};

/// One state of a workspace, of which rows and files are still to be read.
struct State {
    document: Vec<u8>,
    schemas: Vec<(Entry, Span)>,
    spool: Spool,
    copies: Option<(Snapshot, Vec<Copy>)>,
    /// The folder of files.
    files: Option<PathBuf>,
}

impl WorkspaceTransfers {
    /// Writes a workspace as an archive, for as long as its pieces are taken. All that can be told before the
    /// first of them is an error; what goes wrong later ends them with one.
    ///
    /// # Errors
    /// Where there is no such workspace, or it cannot be read.
    pub async fn export_archive(
        &self,
        place: &Place,
        export: ExportWorkspace,
    ) -> Result<Pieces, TransferFailure> {
        let turn = self.archives.clone().try_acquire_owned();
        let turn = turn.map_err(|_| TransferFailure::Busy)?;
        let passage = match export.passphrase {
            Some(passphrase) => Some(Passage::begin(&self.passwords, passphrase).await?),
            None => None,
        };
        let (this, place, with_rows) = (self.clone(), place.clone(), export.include_data);
        let read = self.store.read(move |conn| {
            let mut spool = Spool::new(&this.data_dir);
            let mut schemas = Vec::new();
            let mut put = |entry, zipped: &[u8]| -> io::Result<()> {
                schemas.push((entry, spool.put(zipped)?));
                Ok(())
            };
            let rows = if with_rows { Rows::Beside } else { Rows::Left };
            let mut writing = Writing::new(&this, &place, conn, rows);
            writing.aside = Some(&mut put);
            let document = serde_json::to_vec(&writing.document(passage.as_ref())?)?;
            if document.len() > MOST_BYTES {
                return Err(TransferFailure::TooLarge);
            }
            let copies = writing.state.take();
            let folder = workspaces::known_copies_file(conn, &place.owner, &place.workspace)?;
            Ok(State {
                document,
                copies,
                schemas,
                spool,
                files: folder.map(|folder| this.uploads.folder.join(folder)),
            })
        });
        let state = read.await?;
        let (begun, begins) = oneshot::channel();
        spawn_blocking(move || {
            let _turn = turn;
            let (outflow, pieces) = Outflow::new();
            if begun.send(pieces).is_err() {
                return;
            }
            pour(state, with_rows, outflow);
        });
        begins.await.map_err(|_| StoreError::Stopped.into())
    }
}

/// Writes the archive, and tells its taker where that failed.
fn pour(state: State, with_rows: bool, outflow: Outflow) {
    let mut outflow = outflow;
    let written = write(state, with_rows, &mut outflow).and_then(|()| Ok(outflow.finish()?));
    match written {
        Ok(()) => {}
        Err(TransferFailure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            tracing::debug!("whoever took an archive hung up");
        }
        Err(error) => {
            tracing::warn!(%error, "an archive was not written to its end");
            outflow.fail();
        }
    }
}

fn write(mut state: State, with_rows: bool, outflow: &mut Outflow) -> Result<(), TransferFailure> {
    let mut archive = Writer::new(outflow)?;
    let manifest = Manifest {
        format: ARCHIVE.name.to_owned(),
        format_version: ARCHIVE.version,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        exported_at: Timestamp::now(),
        include_data: with_rows,
    };
    archive.entry(MANIFEST, &serde_json::to_vec(&manifest)?)?;
    archive.entry(DOCUMENT, &state.document)?;
    for (entry, span) in state.schemas {
        archive.entry(&entry.to_string(), &state.spool.get(span)?)?;
    }
    if with_rows {
        let (snapshot, copies) = state.copies.unzip();
        for (at, copy) in copies.unwrap_or_default().iter().enumerate() {
            if let Some(snapshot) = &snapshot {
                rows(&mut archive, snapshot, at, copy)?;
            }
        }
        // The state of the copies is let go of before the files are read.
        drop(snapshot);
        if let Some(folder) = state.files {
            files(&mut archive, &folder)?;
        }
    }
    archive.finish()?;
    Ok(())
}

fn rows(
    archive: &mut Writer<&mut Outflow>,
    snapshot: &Snapshot,
    at: usize,
    copy: &Copy,
) -> Result<(), TransferFailure> {
    let (mut lines, mut part) = (Vec::new(), 0);
    let mut hand_on = |lines: &mut Vec<u8>| -> io::Result<()> {
        let entry = Entry::Rows { at, part };
        archive.entry(&entry.to_string(), lines)?;
        part += 1;
        lines.clear();
        // What one giant row took is not kept for the rest of the way.
        lines.shrink_to(2 * PART);
        Ok(())
    };
    snapshot.rows(copy, |cells| {
        cells::write_row(cells, &mut lines);
        if lines.len() >= PART {
            hand_on(&mut lines)?;
        }
        Ok::<_, TransferFailure>(())
    })?;
    if !lines.is_empty() {
        hand_on(&mut lines)?;
    }
    Ok(())
}

/// The files of a workspace, by name. One that goes meanwhile is not missed.
fn files(archive: &mut Writer<&mut Outflow>, folder: &Path) -> Result<(), TransferFailure> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    names.sort_unstable();
    for name in names {
        let entry = Entry::File(name.clone()).to_string();
        if Entry::parse(&entry).is_none() {
            continue;
        }
        let file = match File::open(folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        let bytes = file.metadata()?.len();
        archive.stream(&entry, bytes, file)?;
    }
    Ok(())
}
