//! Schemas of a document, made ready before the transaction that keeps them: it would keep all other
//! writers waiting.

use jiff::Timestamp;

use super::TransferFailure;
use super::document::WorkspaceExport;
use super::plan::Plan;
use super::spool::{Span, Spool};
use crate::model::SourceId;
use crate::model::version::SchemaVersion;
use crate::services::sources::{
    Finished, Place, Render, SchemaHome, ready_schema, ready_version, take_version,
};
use crate::services::transfer::TransferError;
use crate::store::Transaction;

/// The most bytes of schemas that an import unpacks, but for the last of each source: a small
/// document may hold hundreds of large ones.
const MOST_UNPACKED: u64 = 4 << 30;

/// The schemas of a document that are wanted, by the places where they stand in it.
pub struct Schemas {
    spool: Spool,
    last: Vec<(usize, Last)>,
    versions: Vec<(usize, SchemaVersion, Span)>,
    unpacked: u64,
    /// Versions that were left out.
    pub left_out: usize,
}

/// A schema that was put away.
struct Last {
    fingerprint: String,
    captured_at: Timestamp,
    body: Span,
    zipped: Span,
    parts: Vec<Span>,
}

impl Schemas {
    /// None yet.
    pub fn new(spool: Spool) -> Self {
        Self {
            spool,
            last: Vec::new(),
            versions: Vec::new(),
            unpacked: 0,
            left_out: 0,
        }
    }

    /// The schema that was last read of a source. Answers whether it is one.
    pub fn last(
        &mut self,
        at: usize,
        home: &SchemaHome,
        document_gzip: &[u8],
        render: Render,
    ) -> Result<bool, TransferFailure> {
        let Some((ready, bytes)) = ready_schema(home, document_gzip, render)? else {
            return Ok(false);
        };
        self.unpacked += bytes;
        let parts = ready.parts.iter().map(|part| self.spool.put(part));
        let last = Last {
            parts: parts.collect::<Result<_, _>>()?,
            body: self.spool.put(&ready.body)?,
            zipped: self.spool.put(&ready.zipped)?,
            fingerprint: ready.fingerprint,
            captured_at: ready.captured_at,
        };
        self.last.push((at, last));
        Ok(true)
    }

    /// A version of the schema of a source. The newest are of most use, and have to come first. Answers
    /// whether it is one.
    pub fn version(
        &mut self,
        at: usize,
        home: &SchemaHome,
        (number, last_seen_at): (u32, Timestamp),
        document_gzip: &[u8],
        render: Render,
    ) -> Result<bool, TransferFailure> {
        if self.unpacked > MOST_UNPACKED {
            self.left_out += 1;
            return Ok(true);
        }
        let ready = ready_version(home, number, last_seen_at, document_gzip, render)?;
        let Some(ready) = ready else {
            return Ok(false);
        };
        self.unpacked += ready.bytes;
        let document = self.spool.put(&ready.document_gzip)?;
        self.versions.push((at, ready.version, document));
        Ok(true)
    }

    /// Keeps those at one place as those of a source. Answers how many versions came.
    pub fn keep(
        &mut self,
        tx: &Transaction<'_>,
        place: &Place,
        at: usize,
        id: &SourceId,
    ) -> Result<u64, TransferFailure> {
        for (_, last) in self.last.iter().filter(|(of, _)| *of == at) {
            let parts = last.parts.iter().map(|part| self.spool.get(*part));
            let finished = Finished {
                fingerprint: last.fingerprint.clone(),
                captured_at: last.captured_at,
                parts: parts.collect::<Result<_, _>>()?,
                body: self.spool.get(last.body)?,
                zipped: self.spool.get(last.zipped)?,
            };
            finished.keep(tx, place, id)?;
        }
        let mut came = 0;
        for (_, version, document) in self.versions.iter().filter(|(of, ..)| *of == at) {
            let document_gzip = self.spool.get(*document)?;
            take_version(tx, place, id, version, &document_gzip)?;
            came += 1;
        }
        Ok(came)
    }

    /// Takes the schemas that stand in the document itself.
    pub fn of_document(
        &mut self,
        document: &WorkspaceExport,
        plan: &Plan,
        render: Render,
    ) -> Result<(), TransferFailure> {
        let bytes = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            data_encoding::BASE64
                .decode(text.as_bytes())
                .unwrap_or_default()
        };
        for (at, told) in document.schemas.iter().enumerate() {
            let Some(home) = plan.wants_schema(&told.source_id) else {
                continue;
            };
            if told.document_gzip.is_some()
                && !self.last(at, home, &bytes(&told.document_gzip), render)?
            {
                return Err(none(at, "document_gzip"));
            }
            for (number, version) in told.versions.iter().enumerate().rev() {
                let document = bytes(&version.document_gzip);
                let of = (version.number, version.last_seen_at);
                if !self.version(at, home, of, &document, render)? {
                    return Err(none(at, &format!("versions[{number}].document_gzip")));
                }
            }
        }
        Ok(())
    }
}

fn none(at: usize, field: &str) -> TransferFailure {
    TransferError::Unreadable {
        field: format!("schemas[{at}].{field}"),
        expected: "schema of a source",
    }
    .into()
}
