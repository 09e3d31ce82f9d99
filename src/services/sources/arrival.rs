//! Schemas that come from another workspace or machine: made ready first, which takes a while, and kept in the
//! caller's transaction then.

use std::collections::HashMap;
use std::io::{self, Read};

use flate2::read::GzDecoder;
use jiff::Timestamp;

use super::capture::{Finished, draft};
use super::document::{self, SchemaDocument};
use super::gzip::zipped;
use super::schema::Render;
use super::{Place, SourceError};
use crate::model::SourceId;
use crate::model::version::SchemaVersion;
use crate::store::tables::KnownTable;
use crate::store::versions::VersionDraft;
use crate::store::{Transaction, versions};

/// The most bytes of a schema that comes compressed. That of a database of tens of thousands of
/// tables has fewer; some compressed bytes would grow to all of the memory.
const MOST_BYTES: u64 = 128 << 20;

/// The source that a schema becomes that of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaHome {
    /// Its id.
    pub source: SourceId,
    /// Its name.
    pub name: String,
    /// All of its tables.
    pub known: Vec<KnownTable>,
    /// The ids of its tables, by those that they had where the schema comes from.
    pub ids: HashMap<String, String>,
}

/// Makes the schema that a source had elsewhere ready to be kept as what was last read of it. Answers
/// besides how many bytes it has in full; `None` where it is none.
///
/// # Errors
/// Where it cannot be written.
pub fn ready_schema(
    home: &SchemaHome,
    document_gzip: &[u8],
    render: Render,
) -> Result<Option<(Finished, u64)>, SourceError> {
    let Some((mut document, bytes)) = read(document_gzip) else {
        return Ok(None);
    };
    document::address(&mut document.schema, &home.known);
    document::leave_out_hidden(&mut document.schema, &home.known);
    settle(&mut document, home)?;
    Ok(Some((Finished::new(&document, render)?, bytes)))
}

/// A version of a schema that is ready to be kept.
#[derive(Debug)]
pub struct ReadyVersion {
    /// What is known of it.
    pub version: SchemaVersion,
    /// Its document, compressed by gzip.
    pub document_gzip: Vec<u8>,
    /// How many bytes it has in full.
    pub bytes: u64,
}

/// Makes a version of the schema that a source had elsewhere ready to be kept. `None` where it is none.
///
/// # Errors
/// Where it cannot be written.
pub fn ready_version(
    home: &SchemaHome,
    number: u32,
    last_seen_at: Timestamp,
    document_gzip: &[u8],
    render: Render,
) -> Result<Option<ReadyVersion>, SourceError> {
    let Some((mut document, bytes)) = read(document_gzip) else {
        return Ok(None);
    };
    for table in &mut document.schema.tables {
        if let Some(id) = &mut table.id
            && let Some(here) = home.ids.get(id)
        {
            id.clone_from(here);
        }
    }
    document.head.version = Some(number);
    settle(&mut document, home)?;
    let document_gzip = zipped(&render(&document)?);
    let VersionDraft {
        table_count,
        column_count,
        ..
    } = draft(&document, &document_gzip);
    let head = document.head;
    Ok(Some(ReadyVersion {
        version: SchemaVersion {
            number,
            fingerprint: head.fingerprint,
            captured_at: head.captured_at,
            last_seen_at,
            table_count,
            column_count,
            server_product: head.server_product,
            server_version: head.server_version,
        },
        document_gzip,
        bytes,
    }))
}

/// Keeps a version that was made ready.
///
/// # Errors
/// Where the store fails.
pub fn take_version(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    version: &SchemaVersion,
    document_gzip: &[u8],
) -> Result<(), SourceError> {
    let (owner, workspace) = (&place.owner, &place.workspace);
    let draft = VersionDraft {
        number: version.number,
        fingerprint: &version.fingerprint,
        captured_at: version.captured_at,
        table_count: version.table_count,
        column_count: version.column_count,
        server_product: &version.server_product,
        server_version: &version.server_version,
        document_gzip,
    };
    versions::add(tx, owner, workspace, id, &draft)?;
    let (number, at) = (version.number, version.last_seen_at);
    versions::set_last_seen(tx, owner, workspace, id, number, at)?;
    Ok(())
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
fn settle(document: &mut SchemaDocument, home: &SchemaHome) -> Result<(), SourceError> {
    let head = &mut document.head;
    head.source_id = Some(home.source.clone());
    head.name = Some(home.name.clone());
    head.stale = false;
    head.stale_reason = None;
    head.fingerprint = document::fingerprint(&document.schema)?;
    Ok(())
}
