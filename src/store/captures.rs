//! Captures: the schema document of a source as it was last read, ready to be sent.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};

use super::StoreError;
use super::owned::{owned_source, owner_params, source_key};
use super::search;
use super::values;
use crate::model::{Owner, SourceId, WorkspaceId};

/// A document to be kept.
#[derive(Debug, Clone, Copy)]
pub struct CaptureDraft<'a> {
    /// The document, serialised.
    pub document: &'a [u8],
    /// The same, compressed by gzip.
    pub document_gzip: &'a [u8],
    /// Tells one content from another.
    pub fingerprint: &'a str,
    /// When the source was read.
    pub captured_at: Timestamp,
}

/// What is known of a document without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureHead {
    /// Tells one content from another.
    pub fingerprint: String,
    /// When the source was read.
    pub captured_at: Timestamp,
    /// The name of the source, by which the document calls it.
    pub source_name: String,
}

/// How a document is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// Compressed by gzip.
    Gzip,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// What is known of it.
    pub head: CaptureHead,
    /// Its bytes, in the encoding that was asked for.
    pub body: Vec<u8>,
}

fn read_head(row: &Row<'_>) -> Result<CaptureHead, StoreError> {
    Ok(CaptureHead {
        fingerprint: row.get("fingerprint")?,
        captured_at: values::time(row, "captured_at")?,
        source_name: row.get("source_name")?,
    })
}

/// Keeps a document in place of the source's last one. Answers whether the source was there.
pub fn put(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    draft: &CaptureDraft<'_>,
) -> Result<bool, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT OR REPLACE INTO capture (source_pk, fingerprint, captured_at, document_gzip, document)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(rusqlite::params![
        source_pk,
        draft.fingerprint,
        draft.captured_at.as_millisecond(),
        draft.document_gzip,
        draft.document,
    ])?;
    Ok(true)
}

/// Notes that the source was read again and told the same. Answers whether a document was there.
pub fn confirm(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    captured_at: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE capture SET captured_at = :at WHERE source_pk = (",
        owned_source!(),
        ")"
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": source.as_str(),
        ":at": captured_at.as_millisecond(),
    })?;
    Ok(changed > 0)
}

/// Forgets a source's document. Answers whether there was one.
pub fn forget(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "DELETE FROM capture WHERE source_pk = (",
        owned_source!(),
        ")"
    );
    // What is not kept any more is not found any more.
    search::forget(tx, owner, workspace, source)?;
    let forgotten = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    Ok(forgotten > 0)
}

/// What is known of a source's document, without reading it.
pub fn head(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Option<CaptureHead>, StoreError> {
    const SQL: &str = concat!(
        "SELECT fingerprint, captured_at, source.name AS source_name FROM capture JOIN source ON source.pk = source_pk WHERE source_pk = (",
        owned_source!(),
        ")"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    values::first(rows, read_head)
}

/// A source's document.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    encoding: Encoding,
) -> Result<Option<Capture>, StoreError> {
    const PLAIN: &str = concat!(
        "SELECT fingerprint, captured_at, source.name AS source_name, document AS body FROM capture JOIN source ON source.pk = source_pk WHERE source_pk = (",
        owned_source!(),
        ")"
    );
    const GZIP: &str = concat!(
        "SELECT fingerprint, captured_at, source.name AS source_name, document_gzip AS body FROM capture JOIN source ON source.pk = source_pk WHERE source_pk = (",
        owned_source!(),
        ")"
    );
    let mut statement = conn.prepare_cached(match encoding {
        Encoding::Plain => PLAIN,
        Encoding::Gzip => GZIP,
    })?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    values::first(rows, |row| {
        Ok(Capture {
            head: read_head(row)?,
            body: row.get("body")?,
        })
    })
}
