//! What searches go through, source by source, and what it is made of.

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::StoreError;
use super::owned::{owned, owned_source, owner_params, source_key};
use super::values;
use crate::model::{Owner, SourceId, TableId, WorkspaceId};

/// A source of the workspace, as a search answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSource {
    /// Its key in the store.
    pk: i64,
    /// Its id.
    pub id: SourceId,
    /// Its name.
    pub name: String,
}

/// What searches go through, of one source.
#[derive(Debug, Clone, Copy)]
pub struct SearchDraft<'a> {
    /// The fingerprint of the kept schema that the parts were made of.
    pub fingerprint: &'a str,
    /// The format of the parts.
    pub format: i64,
    /// The bytes.
    pub parts: &'a [Vec<u8>],
}

/// Keeps the parts of a source in place of its last ones. Answers whether the source was there.
pub fn put(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    draft: &SearchDraft<'_>,
) -> Result<bool, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(false);
    };
    tx.prepare_cached("DELETE FROM search_index WHERE source_pk = ?1")?
        .execute([source_pk])?;
    tx.prepare_cached(
        "INSERT INTO search_index (source_pk, fingerprint, format) VALUES (?1, ?2, ?3)",
    )?
    .execute(rusqlite::params![
        source_pk,
        draft.fingerprint,
        draft.format
    ])?;
    let mut insert =
        tx.prepare_cached("INSERT INTO search_part (source_pk, part, bytes) VALUES (?1, ?2, ?3)")?;
    for (part, bytes) in (0_i64..).zip(draft.parts) {
        insert.execute(rusqlite::params![source_pk, part, bytes])?;
    }
    Ok(true)
}

/// Forgets the parts of a source. Answers whether there were some.
pub fn forget(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "DELETE FROM search_index WHERE source_pk = (",
        owned_source!(),
        ")"
    );
    let forgotten = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    Ok(forgotten > 0)
}

/// The sources of a workspace whose parts are not those of their kept schema, or of another format.
pub fn outdated(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    format: i64,
) -> Result<Vec<SourceId>, StoreError> {
    const SQL: &str = concat!(
        "SELECT source.id FROM source
         JOIN workspace ON workspace.pk = source.workspace_pk
         JOIN capture ON capture.source_pk = source.pk
         LEFT JOIN search_index ON search_index.source_pk = source.pk
              AND search_index.fingerprint = capture.fingerprint AND search_index.format = :format
         WHERE search_index.source_pk IS NULL AND workspace.id = :workspace AND ",
        owned!(),
        " ORDER BY source.pk"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":format": format
    })?;
    values::collect(rows, |row| values::text(row, "id"))
}

/// The sources of a workspace by name, each with whether it can be searched: whether its schema
/// was read.
pub fn sources(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<Vec<(SearchSource, bool)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT source.pk, source.id, source.name, search_index.source_pk IS NOT NULL AS read
         FROM source
         JOIN workspace ON workspace.pk = source.workspace_pk
         LEFT JOIN search_index ON search_index.source_pk = source.pk
         WHERE workspace.id = :workspace AND ",
        owned!(),
        " ORDER BY source.name, source.pk"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! { owner, ":workspace": workspace.as_str() })?;
    values::collect(rows, |row| {
        let source = SearchSource {
            pk: row.get("pk")?,
            id: values::text(row, "id")?,
            name: row.get("name")?,
        };
        Ok((source, row.get("read")?))
    })
}

/// Hands over the parts of a source, one after the other.
pub fn each_part<E: From<StoreError>>(
    conn: &Connection,
    source: &SearchSource,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error: rusqlite::Error| E::from(StoreError::from(error));
    let mut statement = conn
        .prepare_cached("SELECT bytes FROM search_part WHERE source_pk = ?1 ORDER BY part")
        .map_err(failed)?;
    let mut rows = statement.query([source.pk]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let bytes = row.get_ref(0).map_err(failed)?;
        take(
            bytes
                .as_blob()
                .map_err(|_| StoreError::Unreadable("a search index"))?,
        )?;
    }
    Ok(())
}

/// The id of a source's table.
pub fn table_id(
    conn: &Connection,
    source: &SearchSource,
    schema: Option<&str>,
    name: &str,
) -> Result<Option<TableId>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT id FROM source_table WHERE source_pk = ?1 AND schema = ?2 AND name = ?3 AND hidden = 0",
    )?;
    let key = rusqlite::params![source.pk, schema.unwrap_or_default(), name];
    let found = statement
        .query_row(key, |row| Ok(values::text(row, "id")))
        .optional()?;
    found.transpose()
}
