//! Schemas that come from another workspace or machine.

use std::collections::HashMap;
use std::io::{self, Read};

use flate2::read::GzDecoder;
use jiff::Timestamp;

use super::capture::{keep, keep_version};
use super::document::{self, SchemaDocument};
use super::gzip::zipped;
use super::schema::Render;
use super::{Place, SourceError};
use crate::store::sources::SourceRecord;
use crate::store::tables::KnownTable;
use crate::store::{Transaction, versions};

/// The most bytes of a schema that comes compressed. That of a database of tens of thousands of
/// tables has fewer; some compressed bytes would grow to all of the memory.
const MOST_BYTES: u64 = 128 << 20;

/// A version of a schema, and when it was.
#[derive(Debug)]
pub struct ArrivingVersion {
    /// Its number.
    pub number: u32,
    /// When it was last what the source told.
    pub last_seen_at: Timestamp,
    /// The answer that it was, compressed by gzip.
    pub document_gzip: Vec<u8>,
}

/// Keeps the schema that a source had elsewhere as what was last read of it. Answers how many
/// bytes it has in full; `None` where it is none.
pub fn take_schema(
    tx: &Transaction<'_>,
    place: &Place,
    record: &SourceRecord,
    known: &[KnownTable],
    document_gzip: &[u8],
    render: Render,
) -> Result<Option<u64>, SourceError> {
    let Some((mut document, bytes)) = read(document_gzip) else {
        return Ok(None);
    };
    document::address(&mut document.schema, known);
    document::leave_out_hidden(&mut document.schema, known);
    settle(&mut document, record)?;
    keep(tx, place, &record.source.id, document, render)?;
    Ok(Some(bytes))
}

/// Keeps a version of the schema that a source had elsewhere; `ids` are those here of its tables
/// there. Answers how many bytes it has in full; `None` where it is none.
pub fn take_version(
    tx: &Transaction<'_>,
    place: &Place,
    record: &SourceRecord,
    ids: &HashMap<String, String>,
    version: &ArrivingVersion,
    render: Render,
) -> Result<Option<u64>, SourceError> {
    let Some((mut document, bytes)) = read(&version.document_gzip) else {
        return Ok(None);
    };
    for table in &mut document.schema.tables {
        if let Some(id) = &mut table.id
            && let Some(here) = ids.get(id)
        {
            id.clone_from(here);
        }
    }
    document.head.version = Some(version.number);
    settle(&mut document, record)?;
    let id = &record.source.id;
    keep_version(tx, place, id, &document, &zipped(&render(&document)?))?;
    let (owner, workspace) = (&place.owner, &place.workspace);
    versions::set_last_seen(
        tx,
        owner,
        workspace,
        id,
        version.number,
        version.last_seen_at,
    )?;
    Ok(Some(bytes))
}

fn read(document_gzip: &[u8]) -> Option<(SchemaDocument, u64)> {
    let answer = unzipped(document_gzip).ok()?;
    let document = SchemaDocument::from_answer(&answer).ok()?;
    Some((document, answer.len() as u64))
}

fn unzipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut decoder = GzDecoder::new(bytes).take(MOST_BYTES + 1);
    decoder.read_to_end(&mut all)?;
    if all.len() as u64 > MOST_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(all)
}

/// What a document says of itself is not believed, but where only its source could tell.
fn settle(document: &mut SchemaDocument, record: &SourceRecord) -> Result<(), SourceError> {
    let head = &mut document.head;
    head.source_id = Some(record.source.id.clone());
    head.name = Some(record.source.name.clone());
    head.stale = false;
    head.stale_reason = None;
    head.fingerprint = document::fingerprint(&document.schema)?;
    Ok(())
}
