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

/// A sealed field of a source, whoever's, with the place that it is bound to.
#[derive(Debug)]
pub struct Kept {
    source_pk: i64,
    /// The source's id.
    pub source: String,
    /// The source's name.
    pub name: String,
    /// The organization that it is bound to: the owner, or that of the owner.
    pub organization: String,
    /// The field.
    pub field: String,
    /// What is sealed.
    pub sealed: Sealed,
}

/// All sealed fields of all sources: for sealing them anew, and for looking whether they open.
pub fn all(conn: &Connection) -> Result<Vec<Kept>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT secret.*, source.id AS source, source.name,
             coalesce(workspace.owner_organization, user.organization_id) AS organization
         FROM secret
         JOIN source ON source.pk = secret.source_pk
         JOIN workspace ON workspace.pk = source.workspace_pk
         LEFT JOIN user ON user.id = workspace.owner_user
         ORDER BY secret.source_pk, secret.field",
    )?;
    values::collect(statement.query([])?, |row| {
        Ok(Kept {
            source_pk: row.get("source_pk")?,
            source: row.get("source")?,
            name: row.get("name")?,
            organization: row.get("organization")?,
            field: row.get("field")?,
            sealed: read(row)?,
        })
    })
}

/// Keeps a field that was sealed anew in place of what [`all`] told.
pub fn put_anew(tx: &Transaction<'_>, kept: &Kept, sealed: &Sealed) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE secret SET key_id = ?3, nonce = ?4, ciphertext = ?5
         WHERE source_pk = ?1 AND field = ?2",
    )?
    .execute(rusqlite::params![
        kept.source_pk,
        kept.field,
        sealed.key_id,
        sealed.nonce,
        sealed.ciphertext
    ])?;
    Ok(())
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
