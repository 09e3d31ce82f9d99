//! Sealed secrets: those of the sources, and the canary that tells the right key from a wrong one.
//! What is sealed is opened elsewhere; the store never sees a secret.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, Transaction};

use super::StoreError;
use super::owned::source_key;
use super::values;
use crate::model::secret::Sealed;
use crate::model::{Owner, SourceId, WorkspaceId};

fn read(row: &Row<'_>) -> Result<Sealed, StoreError> {
    Ok(Sealed {
        key_id: row.get("key_id")?,
        nonce: row.get("nonce")?,
        ciphertext: row.get("ciphertext")?,
    })
}

/// Keeps a sealed field of a source in place of what was there. Answers whether the source was there.
pub fn put(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    field: &str,
    sealed: &Sealed,
) -> Result<bool, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT INTO secret (source_pk, field, key_id, nonce, ciphertext) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (source_pk, field) DO UPDATE SET
             key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext",
    )?
    .execute(rusqlite::params![
        source_pk,
        field,
        sealed.key_id,
        sealed.nonce,
        sealed.ciphertext
    ])?;
    Ok(true)
}

/// The sealed fields of a source.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<BTreeMap<String, Sealed>, StoreError> {
    let Some(source_pk) = source_key(conn, owner, workspace, source)? else {
        return Ok(BTreeMap::new());
    };
    let mut statement = conn.prepare_cached("SELECT * FROM secret WHERE source_pk = ?1")?;
    let rows = statement.query([source_pk])?;
    let fields = values::collect(rows, |row| Ok((row.get("field")?, read(row)?)))?;
    Ok(fields.into_iter().collect())
}

/// Removes a sealed field of a source. Answers whether it was there.
pub fn remove(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    field: &str,
) -> Result<bool, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(false);
    };
    let removed = tx.execute(
        "DELETE FROM secret WHERE source_pk = ?1 AND field = ?2",
        rusqlite::params![source_pk, field],
    )?;
    Ok(removed > 0)
}

/// The canary, where one was kept.
pub fn canary(conn: &Connection) -> Result<Option<Sealed>, StoreError> {
    let mut statement = conn.prepare("SELECT * FROM vault_canary")?;
    values::first(statement.query([])?, read)
}

/// Keeps the canary in place of what was there.
pub fn put_canary(tx: &Transaction<'_>, sealed: &Sealed) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO vault_canary (one, key_id, nonce, ciphertext) VALUES (1, ?1, ?2, ?3)",
        rusqlite::params![sealed.key_id, sealed.nonce, sealed.ciphertext],
    )?;
    Ok(())
}
