//! Versions: the schema documents of a source that differ from each other.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};

use super::StoreError;
use super::owned::{owned_source, owner_params, source_key};
use super::values::{self, from_count};
use crate::model::version::SchemaVersion;
use crate::model::{Owner, SourceId, WorkspaceId};

/// The most versions of one source; the oldest go.
pub const MOST_VERSIONS: u32 = 500;

/// The most bytes that the documents of one source's versions take together. The newest two are
/// kept whatever they take, so that there is always something to compare.
pub const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// A version to be kept.
#[derive(Debug, Clone, Copy)]
pub struct VersionDraft<'a> {
    /// Its number: one more than the last one's.
    pub number: u32,
    /// Tells one content from another.
    pub fingerprint: &'a str,
    /// When the source was read.
    pub captured_at: Timestamp,
    /// How many tables it has.
    pub table_count: u64,
    /// How many columns they have.
    pub column_count: u64,
    /// The server's product.
    pub server_product: &'a str,
    /// The server's version.
    pub server_version: &'a str,
    /// The document, compressed by gzip.
    pub document_gzip: &'a [u8],
}

macro_rules! of_source {
    () => {
        concat!("source_pk = (", owned_source!(), ")")
    };
}

fn read(row: &Row<'_>) -> Result<SchemaVersion, StoreError> {
    Ok(SchemaVersion {
        number: row.get("number")?,
        fingerprint: row.get("fingerprint")?,
        captured_at: values::time(row, "captured_at")?,
        last_seen_at: values::time(row, "last_seen_at")?,
        table_count: values::count(row, "table_count")?,
        column_count: values::count(row, "column_count")?,
        server_product: row.get("server_product")?,
        server_version: row.get("server_version")?,
    })
}

/// Keeps a version, and lets go of the oldest where there are too many. Answers whether the source
/// was there.
pub fn add(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    draft: &VersionDraft<'_>,
) -> Result<bool, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT INTO schema_version (source_pk, number, fingerprint, captured_at, last_seen_at,
             table_count, column_count, server_product, server_version, bytes)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, length(?9))",
    )?
    .execute(rusqlite::params![
        source_pk,
        draft.number,
        draft.fingerprint,
        draft.captured_at.as_millisecond(),
        from_count(Some(draft.table_count)),
        from_count(Some(draft.column_count)),
        draft.server_product,
        draft.server_version,
        draft.document_gzip,
    ])?;
    tx.prepare_cached(
        "INSERT INTO schema_version_document (version_pk, document_gzip) VALUES (?1, ?2)",
    )?
    .execute(rusqlite::params![
        tx.last_insert_rowid(),
        draft.document_gzip
    ])?;
    tx.prepare_cached(
        "DELETE FROM schema_version WHERE pk IN (
             SELECT pk FROM (
                 SELECT pk, row_number() OVER newest AS place, sum(bytes) OVER newest AS so_far
                 FROM schema_version WHERE source_pk = ?1
                 WINDOW newest AS (ORDER BY number DESC)
             ) WHERE place > ?2 OR (place > 2 AND so_far > ?3)
         )",
    )?
    .execute(rusqlite::params![
        source_pk,
        MOST_VERSIONS,
        from_count(Some(MOST_BYTES))
    ])?;
    Ok(true)
}

/// Notes that the source was read again and told the same as in its last version. Answers whether
/// there is one.
pub fn confirm(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE schema_version SET last_seen_at = :at WHERE ",
        of_source!(),
        " AND number = (SELECT max(number) FROM schema_version WHERE ",
        of_source!(),
        ")"
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": source.as_str(),
        ":at": at.as_millisecond(),
    })?;
    Ok(changed > 0)
}

/// Notes when a version was last what the source told. Answers whether there is such a one.
pub fn set_last_seen(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    number: u32,
    at: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE schema_version SET last_seen_at = :at WHERE number = :number AND ",
        of_source!()
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": source.as_str(),
        ":number": number,
        ":at": at.as_millisecond(),
    })?;
    Ok(changed > 0)
}

/// The versions of a source, the newest first.
pub fn list(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Vec<SchemaVersion>, StoreError> {
    const SQL: &str = concat!(
        "SELECT * FROM schema_version WHERE ",
        of_source!(),
        " ORDER BY number DESC"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    values::collect(rows, read)
}

/// The newest version of a source.
pub fn latest(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Option<SchemaVersion>, StoreError> {
    const SQL: &str = concat!(
        "SELECT * FROM schema_version WHERE ",
        of_source!(),
        " ORDER BY number DESC LIMIT 1"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    values::first(rows, read)
}

/// The document of a version, compressed by gzip.
pub fn document(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    number: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    const SQL: &str = concat!(
        "SELECT document_gzip FROM schema_version_document WHERE version_pk = \
         (SELECT pk FROM schema_version WHERE number = :number AND ",
        of_source!(),
        ")"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": source.as_str(),
        ":number": number,
    })?;
    values::first(rows, |row| Ok(row.get(0)?))
}
