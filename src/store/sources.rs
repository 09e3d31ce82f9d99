//! Sources: one row a connection. Their settings are text without secrets; those stand in
//! [`secrets`](super::secrets).

mod arrival;
mod deletion;
mod overview;

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};
use serde_json::{Map, Value};

use super::owned::{owned, owned_source, owner_params, workspace_key};
use super::values::{self, from_metadata};
use super::{StoreError, now};
use crate::model::source::{Source, SourceStatus, SourceType};
use crate::model::{Owner, SourceId, TableId, WorkspaceId};

pub use arrival::{arrive, credentials_came};
pub use deletion::{Deleted, delete_all, delete_many};
pub use overview::{SourceHealth, Whereabouts, everywhere, health};

/// A source to be saved.
#[derive(Debug, Clone)]
pub struct SourceDraft<'a> {
    /// The name; the source of that name in the workspace is updated.
    pub name: &'a str,
    /// What it is.
    pub source_type: SourceType,
    /// The engine's name.
    pub engine: Option<&'a str>,
    /// The product, as the server told it.
    pub server_product: Option<&'a str>,
    /// The version, as the server told it.
    pub server_version: Option<&'a str>,
    /// How it stands.
    pub status: SourceStatus,
    /// The host, for a reader's eye.
    pub host: Option<&'a str>,
    /// The database or file, for a reader's eye.
    pub database: Option<&'a str>,
    /// The connection's settings as JSON, without secrets.
    pub settings: &'a str,
    /// Whatever the caller keeps with it; absent keeps the old.
    pub metadata: Option<&'a Map<String, Value>>,
    /// When a contact was tried; absent keeps the old.
    pub tested_at: Option<Timestamp>,
}

/// A source as the store holds it.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    /// What callers see.
    pub source: Source,
    /// The workspace that it is in.
    pub workspace: WorkspaceId,
    /// The product, as the server told it.
    pub server_product: Option<String>,
    /// The version, as the server told it.
    pub server_version: Option<String>,
    /// The connection's settings as JSON, without secrets.
    pub settings: String,
}

/// What a contact with the server told.
#[derive(Debug, Clone)]
pub struct Contact<'a> {
    /// How the source stands now.
    pub status: SourceStatus,
    /// The code of the error that it ended in, where it failed.
    pub error: Option<&'a str>,
    /// When it was tried.
    pub at: Timestamp,
    /// The product; absent keeps the old.
    pub server_product: Option<&'a str>,
    /// The version; absent keeps the old.
    pub server_version: Option<&'a str>,
}

macro_rules! select {
    () => {
        "SELECT source.*, workspace.id AS workspace, capture.captured_at, \
         (SELECT count(*) FROM source_table \
          WHERE source_table.source_pk = source.pk AND source_table.hidden = 0) AS table_count \
         FROM source \
         JOIN workspace ON workspace.pk = source.workspace_pk \
         LEFT JOIN capture ON capture.source_pk = source.pk WHERE "
    };
}

fn read(row: &Row<'_>) -> Result<SourceRecord, StoreError> {
    Ok(SourceRecord {
        source: Source {
            id: values::text(row, "id")?,
            name: row.get("name")?,
            source_type: values::text(row, "type")?,
            engine: row.get("engine")?,
            status: values::text(row, "status")?,
            host: row.get("host")?,
            database: row.get("database")?,
            metadata: values::text(row, "metadata")?,
            table_count: values::count(row, "table_count")?,
            created_at: values::time(row, "created_at")?,
            updated_at: values::time(row, "updated_at")?,
            last_tested_at: values::optional_time(row, "last_tested_at")?,
            schema_captured_at: values::optional_time(row, "captured_at")?,
            last_synced_at: values::optional_time(row, "last_synced_at")?,
        },
        workspace: values::text(row, "workspace")?,
        server_product: row.get("server_product")?,
        server_version: row.get("server_version")?,
        settings: row.get("settings")?,
    })
}

/// Creates a source, or updates that of the same name in the workspace, which keeps its id.
/// `None` where the owner has no such workspace.
pub fn save(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    draft: &SourceDraft<'_>,
) -> Result<Option<SourceId>, StoreError> {
    let Some(workspace_pk) = workspace_key(tx, owner, workspace)? else {
        return Ok(None);
    };
    let mut statement = tx.prepare_cached(
        "INSERT INTO source (id, workspace_pk, name, type, engine, server_product, server_version, status,
             host, database, settings, metadata, created_at, updated_at, last_tested_at)
         VALUES (:id, :workspace, :name, :type, :engine, :product, :version, :status,
             :host, :database, :settings, coalesce(:metadata, '{}'), :now, :now, :tested)
         ON CONFLICT (workspace_pk, name) DO UPDATE SET
             type = excluded.type, engine = excluded.engine, server_product = excluded.server_product,
             server_version = excluded.server_version, status = excluded.status, host = excluded.host,
             database = excluded.database, settings = excluded.settings,
             metadata = coalesce(:metadata, metadata), updated_at = excluded.updated_at,
             last_tested_at = coalesce(excluded.last_tested_at, last_tested_at), last_error = NULL
         RETURNING id",
    )?;
    let rows = statement.query(rusqlite::named_params! {
        ":id": SourceId::generate().as_str(),
        ":workspace": workspace_pk,
        ":name": draft.name,
        ":type": draft.source_type.as_str(),
        ":engine": draft.engine,
        ":product": draft.server_product,
        ":version": draft.server_version,
        ":status": draft.status.as_str(),
        ":host": draft.host,
        ":database": draft.database,
        ":settings": draft.settings,
        ":metadata": draft.metadata.map(from_metadata),
        ":now": now().as_millisecond(),
        ":tested": draft.tested_at.map(Timestamp::as_millisecond),
    })?;
    values::first(rows, |row| values::text(row, "id"))
}

/// Gives a source another name. Answers whether the source was there; [`StoreError::Taken`] where
/// another one of its workspace has the name.
pub fn rename(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &SourceId,
    name: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE source SET name = :name, updated_at = :now WHERE pk = (",
        owned_source!(),
        ")"
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": id.as_str(),
        ":name": name,
        ":now": now().as_millisecond(),
    })?;
    Ok(changed > 0)
}

/// The sources of a workspace, by name. Empty where the owner has no such workspace.
pub fn list(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<Vec<SourceRecord>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " AND workspace.id = :workspace ORDER BY source.name, source.pk"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    values::collect(
        statement.query(owner_params! { owner, ":workspace": workspace.as_str() })?,
        read,
    )
}

/// One source by its id.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &SourceId,
) -> Result<Option<SourceRecord>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " AND workspace.id = :workspace AND source.id = :id"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":id": id.as_str()
    })?;
    values::first(rows, read)
}

/// One source by its name.
pub fn get_by_name(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    name: &str,
) -> Result<Option<SourceRecord>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " AND workspace.id = :workspace AND source.name = :name"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":name": name
    })?;
    values::first(rows, read)
}

/// The source that a table is of.
pub fn get_by_table(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    table: &TableId,
) -> Result<Option<SourceRecord>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " AND workspace.id = :workspace AND source.pk = \
         (SELECT source_pk FROM source_table WHERE source_table.id = :table AND hidden = 0)"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":table": table.as_str()
    })?;
    values::first(rows, read)
}

/// Notes what a contact with the server told. Answers whether the source was there.
pub fn record_contact(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &SourceId,
    contact: &Contact<'_>,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE source SET status = :status, last_error = :error, last_tested_at = :at,
             server_product = coalesce(:product, server_product),
             server_version = coalesce(:version, server_version)
         WHERE pk = (",
        owned_source!(),
        ")"
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": id.as_str(),
        ":status": contact.status.as_str(),
        ":error": contact.error,
        ":at": contact.at.as_millisecond(),
        ":product": contact.server_product,
        ":version": contact.server_version,
    })?;
    Ok(changed > 0)
}

/// Notes that the source's data was copied. Answers whether the source was there.
pub fn record_sync(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &SourceId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE source SET last_synced_at = :at WHERE pk = (",
        owned_source!(),
        ")"
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":source": id.as_str(),
        ":at": at.as_millisecond(),
    })?;
    Ok(changed > 0)
}
