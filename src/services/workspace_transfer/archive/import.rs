//! An archive that came: first on the disk, in a file without a name, and then what is in it.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::PathBuf;

use serde_json::Value;
use tokio::task::spawn_blocking;

use super::read::{ArchiveError, Content, Next, entries};
use super::{ARCHIVE, DOCUMENT, Entry, LONGEST_ROW, MANIFEST, Manifest};
use crate::auth::permission::{Access, authorize};
use crate::model::{Caller, Scope};
use crate::services::transfer::TransferError;
use crate::services::workspace_transfer::cells;
use crate::services::workspace_transfer::copies::{Landing, disk_has_room};
use crate::services::workspace_transfer::import::Leash;
use crate::services::workspace_transfer::incoming::Incoming;
use crate::services::workspace_transfer::{MOST_BYTES, TransferFailure, WorkspaceTransfers};
use crate::store::StoreError;

/// The largest manifest, and the largest schema as it is compressed.
const LARGEST_MANIFEST: u64 = 64 << 10;
const LARGEST_SCHEMA: u64 = 64 << 20;

/// An archive that is being sent. Dropping it leaves nothing.
#[derive(Debug)]
pub struct ReceivingArchive {
    file: File,
    folder: PathBuf,
    bytes: u64,
    limit: u64,
}

impl WorkspaceTransfers {
    /// Begins to receive an archive of at most so many bytes, from a caller who may import it.
    ///
    /// # Errors
    /// Where they may not, or the data folder cannot be written.
    pub async fn receive_archive(
        &self,
        caller: &Caller,
        scope: Scope,
        limit: u64,
    ) -> Result<ReceivingArchive, TransferFailure> {
        authorize(caller, scope, Access::Write)?;
        let folder = self.data_dir.to_path_buf();
        blocking(move || {
            Ok(ReceivingArchive {
                file: tempfile::tempfile_in(&folder)?,
                folder,
                bytes: 0,
                limit,
            })
        })
        .await
    }
}

impl ReceivingArchive {
    /// Writes what came next.
    ///
    /// # Errors
    /// Where it is too much, or the disk is full.
    pub async fn write(mut self, piece: Vec<u8>) -> Result<Self, TransferFailure> {
        blocking(move || {
            self.bytes += piece.len() as u64;
            if self.bytes > self.limit {
                return Err(TransferFailure::TooMuch(self.limit));
            }
            disk_has_room(&self.folder)?;
            self.file.write_all(&piece)?;
            Ok(self)
        })
        .await
    }

    /// All came.
    #[must_use]
    pub fn finish(self) -> Archive {
        Archive {
            file: self.file,
            bytes: self.bytes,
        }
    }
}

/// An archive that came.
#[derive(Debug)]
pub struct Archive {
    file: File,
    bytes: u64,
}

impl Archive {
    /// The text of the document in it, which is not looked at yet. Blocks.
    ///
    /// # Errors
    /// Where it is no archive of a workspace.
    pub fn document(&self) -> Result<Vec<u8>, TransferFailure> {
        let mut has_manifest = false;
        let mut document = None;
        self.entries(|name, content| match name {
            MANIFEST if !has_manifest => {
                manifest(content)?;
                has_manifest = true;
                Ok(Next::More)
            }
            DOCUMENT if has_manifest => {
                let text = content.whole(MOST_BYTES as u64)?;
                let text = text.ok_or_else(|| unreadable(DOCUMENT, DOCUMENT_SIZE))?;
                document = Some(text);
                Ok(Next::Enough)
            }
            other => Err(ArchiveError::foreign(other).into()),
        })?;
        document.ok_or_else(|| ArchiveError::Lacks(DOCUMENT.to_owned()).into())
    }

    /// Brings all that stands behind the document. Answers whether rows are in it. Blocks.
    pub fn bring(
        &self,
        incoming: &mut Incoming<'_>,
        leash: &Leash,
    ) -> Result<bool, TransferFailure> {
        let document = incoming.document;
        let mut bringing = Bringing {
            incoming,
            with_rows: false,
            seen: 0,
            kind: 0,
            schemas: HashSet::new(),
            rows: None,
            copies: 0,
        };
        self.entries(|name, content| {
            leash.holds()?;
            bringing.entry(name, content)?;
            Ok(Next::More)
        })?;
        bringing.end_rows()?;
        if bringing.with_rows {
            // Tables without a row have no entry.
            bringing.begin_rows(document.copies.len())?;
        }
        let Bringing {
            schemas, with_rows, ..
        } = bringing;
        for (at, told) in document.schemas.iter().enumerate() {
            let versions = told.versions.iter().map(|version| Some(version.number));
            for version in versions {
                if !schemas.contains(&(at, version)) {
                    let entry = Entry::Schema { at, version };
                    return Err(ArchiveError::Lacks(entry.to_string()).into());
                }
            }
        }
        Ok(with_rows)
    }

    fn entries(
        &self,
        take: impl FnMut(&str, &mut Content<'_>) -> Result<Next, TransferFailure>,
    ) -> Result<(), TransferFailure> {
        (&self.file).rewind()?;
        entries(&self.file, self.bytes, take)
    }
}

const DOCUMENT_SIZE: &str = "document of at most 50 MB";

/// What is being brought.
struct Bringing<'a, 'b> {
    incoming: &'a mut Incoming<'b>,
    with_rows: bool,
    /// How many entries there were.
    seen: u64,
    /// The kind of the last one.
    kind: u8,
    /// The schemas that came.
    schemas: HashSet<(usize, Option<u32>)>,
    /// The copy whose rows come, and which part comes next.
    rows: Option<(usize, u64, Landing<'b>)>,
    /// The copies whose rows came.
    copies: usize,
}

impl Bringing<'_, '_> {
    fn entry(&mut self, name: &str, content: &mut Content<'_>) -> Result<(), TransferFailure> {
        let foreign = || ArchiveError::foreign(name);
        self.seen += 1;
        match (self.seen, name) {
            (1, MANIFEST) => {
                self.with_rows = manifest(content)?.include_data;
                return Ok(());
            }
            // It was read before.
            (2, DOCUMENT) => return Ok(()),
            (1 | 2, _) => return Err(foreign().into()),
            _ => {}
        }
        let entry = Entry::parse(name).ok_or_else(foreign)?;
        if entry.kind() < self.kind || (entry.kind() > 0 && !self.with_rows) {
            return Err(foreign().into());
        }
        self.kind = entry.kind();
        match entry {
            Entry::Schema { at, version } => {
                if !self.schemas.insert((at, version)) {
                    return Err(foreign().into());
                }
                self.schema(at, version, name, content)
            }
            Entry::Rows { at, part } => self.part(at, part, name, content),
            Entry::File(file) => {
                self.end_rows()?;
                self.incoming.file(&file, content.bytes, content)
            }
        }
    }

    fn schema(
        &mut self,
        at: usize,
        version: Option<u32>,
        name: &str,
        content: &mut Content<'_>,
    ) -> Result<(), TransferFailure> {
        let plan = self.incoming.plan;
        let incoming = &mut *self.incoming;
        let told =
            (incoming.document.schemas.get(at)).ok_or_else(|| ArchiveError::foreign(name))?;
        let none = || unreadable(name, "schema of a source");
        let document = content.whole(LARGEST_SCHEMA)?.ok_or_else(none)?;
        let home = plan.wants_schema(&told.source_id);
        let (schemas, render) = (&mut incoming.schemas, incoming.transfers.render);
        let Some(number) = version else {
            return match home {
                Some(home) if !schemas.last(at, home, &document, render)? => Err(none()),
                _ => Ok(()),
            };
        };
        let known = told.versions.iter().find(|known| known.number == number);
        let known = known.ok_or_else(|| ArchiveError::foreign(name))?;
        if let Some(home) = home
            && !schemas.version(at, home, (number, known.last_seen_at), &document, render)?
        {
            return Err(none());
        }
        Ok(())
    }

    /// Some rows of a copy.
    fn part(
        &mut self,
        at: usize,
        part: u64,
        name: &str,
        content: &mut Content<'_>,
    ) -> Result<(), TransferFailure> {
        let foreign = || ArchiveError::foreign(name);
        let goes_on = self.rows.as_ref().is_some_and(|(of, ..)| *of == at);
        if !goes_on {
            self.end_rows()?;
            if at < self.copies || at >= self.incoming.document.copies.len() {
                return Err(foreign().into());
            }
            self.begin_rows(at)?;
            self.rows = Some((at, 0, self.incoming.landing(at)?));
        }
        let (_, next, landing) = self.rows.as_mut().ok_or_else(foreign)?;
        if part != *next {
            return Err(foreign().into());
        }
        *next += 1;
        lines(name, content, landing)
    }

    /// The rows of the copy that came are all there.
    fn end_rows(&mut self) -> Result<(), TransferFailure> {
        match self.rows.take() {
            Some((at, _, landing)) => {
                self.copies = at + 1;
                self.incoming.landed(landing)
            }
            None => Ok(()),
        }
    }

    /// The copies before that one, behind those that came, have no rows.
    fn begin_rows(&mut self, at: usize) -> Result<(), TransferFailure> {
        for empty in self.copies..at {
            let landing = self.incoming.landing(empty)?;
            self.incoming.landed(landing)?;
        }
        self.copies = at;
        Ok(())
    }
}

fn lines(
    name: &str,
    content: &mut Content<'_>,
    landing: &mut Landing<'_>,
) -> Result<(), TransferFailure> {
    let mut content = BufReader::with_capacity(64 << 10, content);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // What one giant row took is not kept for the rest of the way.
        line.shrink_to(1 << 20);
        let read = (&mut content)
            .take(LONGEST_ROW)
            .read_until(b'\n', &mut line);
        if read.map_err(ArchiveError::from)? == 0 {
            break;
        }
        let wide = cells::read_row(&line, &mut landing.batch).ok();
        if !line.ends_with(b"\n") || wide != Some(landing.width()) {
            let line = format!("{name}:{number}");
            return Err(unreadable(
                &line,
                "row of so many values as there are columns",
            ));
        }
        landing.pushed()?;
    }
    Ok(())
}

fn manifest(content: &mut Content<'_>) -> Result<Manifest, TransferFailure> {
    let other = ArchiveError::Manifest(TransferError::Format {
        expected: ARCHIVE.name,
    });
    let Some(text) = content.whole(LARGEST_MANIFEST)? else {
        return Err(other.into());
    };
    // A newer one may be another in all but these two.
    let told: Value = serde_json::from_slice(&text).unwrap_or_default();
    if told["format"] != ARCHIVE.name {
        return Err(other.into());
    }
    let found = told["format_version"].as_u64().unwrap_or_default();
    if found > u64::from(ARCHIVE.version) {
        let known = ARCHIVE.version;
        return Err(ArchiveError::Manifest(TransferError::Newer { found, known }).into());
    }
    serde_json::from_value(told).map_err(|_| unreadable(MANIFEST, "manifest of an archive"))
}

fn unreadable(place: &str, expected: &'static str) -> TransferFailure {
    ArchiveError::Unreadable {
        place: place.to_owned(),
        expected,
    }
    .into()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TransferFailure> + Send + 'static,
) -> Result<T, TransferFailure> {
    let done = spawn_blocking(work).await;
    done.map_err(|_| StoreError::Stopped)?
}
