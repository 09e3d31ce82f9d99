//! Workspaces. Their ids are unique within an owner alone.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};
use serde_json::{Map, Value};

use super::owned::{owned, owner_params};
use super::values::{self, from_metadata};
use super::{StoreError, now};
use crate::model::workspace::Workspace;
use crate::model::{Owner, WorkspaceId, WorkspaceRef};

/// A workspace to be saved. What is absent keeps its old value where the workspace is there.
#[derive(Debug, Clone)]
pub struct WorkspaceDraft<'a> {
    /// The id; a new one is made where it is absent.
    pub id: Option<&'a WorkspaceId>,
    /// The name.
    pub name: &'a str,
    /// What it is for.
    pub description: Option<&'a str>,
    /// Whatever the caller keeps with it.
    pub metadata: Option<&'a Map<String, Value>>,
}

macro_rules! select {
    () => {
        "SELECT workspace.*, \
         (SELECT count(*) FROM source WHERE source.workspace_pk = workspace.pk) AS source_count, \
         (SELECT count(*) FROM project WHERE project.workspace_pk = workspace.pk) AS project_count \
         FROM workspace WHERE "
    };
}

fn read(row: &Row<'_>) -> Result<Workspace, StoreError> {
    Ok(Workspace {
        id: values::text(row, "id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        metadata: values::text(row, "metadata")?,
        scope: values::text(row, "owner_scope")?,
        created_at: values::time(row, "created_at")?,
        updated_at: values::time(row, "updated_at")?,
        source_count: values::count(row, "source_count")?,
        project_count: values::count(row, "project_count")?,
    })
}

/// Creates a workspace, or updates the owner's workspace of that id.
pub fn save(
    tx: &Transaction<'_>,
    owner: &Owner,
    draft: &WorkspaceDraft<'_>,
) -> Result<Workspace, StoreError> {
    let id = draft.id.cloned().unwrap_or_else(WorkspaceId::generate);
    tx.prepare_cached(
        "INSERT INTO workspace (owner_scope, owner_id, id, name, description, metadata, created_at, updated_at)
         VALUES (:scope, :owner, :id, :name, :description, coalesce(:metadata, '{}'), :now, :now)
         ON CONFLICT (owner_id, owner_scope, id) DO UPDATE SET
             name = excluded.name,
             description = coalesce(:description, description),
             metadata = coalesce(:metadata, metadata),
             updated_at = excluded.updated_at",
    )?
    .execute(owner_params! {
        owner,
        ":id": id.as_str(),
        ":name": draft.name,
        ":description": draft.description,
        ":metadata": draft.metadata.map(from_metadata),
        ":now": now().as_millisecond(),
    })?;
    get(tx, owner, &id)?.ok_or(StoreError::Unreadable("a workspace"))
}

/// The owner's workspaces, the oldest first.
pub fn list(conn: &Connection, owner: &Owner) -> Result<Vec<Workspace>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " ORDER BY workspace.created_at, workspace.pk"
    );
    values::collect(
        conn.prepare_cached(SQL)?.query(owner_params! { owner })?,
        read,
    )
}

/// One workspace.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    id: &WorkspaceId,
) -> Result<Option<Workspace>, StoreError> {
    const SQL: &str = concat!(select!(), owned!(), " AND workspace.id = :id");
    let mut statement = conn.prepare_cached(SQL)?;
    values::first(
        statement.query(owner_params! { owner, ":id": id.as_str() })?,
        read,
    )
}

/// The file that holds the workspace's copied rows, without its folder and ending; named on first
/// use, by a name that no workspace ever had. `None` where the owner has no such workspace.
pub fn copies_file(
    tx: &Transaction<'_>,
    owner: &Owner,
    id: &WorkspaceId,
) -> Result<Option<String>, StoreError> {
    let new = WorkspaceId::generate();
    name_copies_file(tx, owner, id, new.as_str())
}

/// Gives that file a name where it has none yet. Answers the name that it has then.
pub fn name_copies_file(
    tx: &Transaction<'_>,
    owner: &Owner,
    id: &WorkspaceId,
    new: &str,
) -> Result<Option<String>, StoreError> {
    const NAME: &str = concat!(
        "UPDATE workspace SET copies = coalesce(copies, :new) WHERE ",
        owned!(),
        " AND workspace.id = :id RETURNING copies"
    );
    let mut statement = tx.prepare_cached(NAME)?;
    let params = owner_params! { owner, ":id": id.as_str(), ":new": new };
    values::first(statement.query(params)?, |row| Ok(row.get("copies")?))
}

/// The same, where it was named.
pub fn known_copies_file(
    conn: &Connection,
    owner: &Owner,
    id: &WorkspaceId,
) -> Result<Option<String>, StoreError> {
    const NAME: &str = concat!(
        "SELECT copies FROM workspace WHERE ",
        owned!(),
        " AND workspace.id = :id AND copies IS NOT NULL"
    );
    let mut statement = conn.prepare_cached(NAME)?;
    let params = owner_params! { owner, ":id": id.as_str() };
    values::first(statement.query(params)?, |row| Ok(row.get("copies")?))
}

/// The files of copied rows of all workspaces, whoever owns them: for a copy of the whole folder.
pub fn all_copies_files(conn: &Connection) -> Result<HashSet<String>, StoreError> {
    let mut statement = conn.prepare("SELECT copies FROM workspace WHERE copies IS NOT NULL")?;
    let files = values::collect(statement.query([])?, |row| Ok(row.get("copies")?))?;
    Ok(files.into_iter().collect())
}

/// Deletes a workspace and all that hangs below it. Answers whether it was there.
pub fn delete(tx: &Transaction<'_>, owner: &Owner, id: &WorkspaceId) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "DELETE FROM workspace WHERE ",
        owned!(),
        " AND workspace.id = :id"
    );
    let deleted = (tx.prepare_cached(SQL)?).execute(owner_params! { owner, ":id": id.as_str() })?;
    Ok(deleted > 0)
}

/// The workspace that a caller means, where it is there. The default one may be still to be made,
/// by [`default_workspace`].
pub fn resolve(
    conn: &Connection,
    owner: &Owner,
    reference: &WorkspaceRef,
) -> Result<Option<WorkspaceId>, StoreError> {
    const DEFAULT: &str = concat!(
        "SELECT id FROM workspace WHERE ",
        owned!(),
        " AND workspace.is_default = 1"
    );
    const BY_ID: &str = concat!(
        "SELECT id FROM workspace WHERE ",
        owned!(),
        " AND workspace.id = :id"
    );
    let id = |row: &Row<'_>| values::text(row, "id");
    match reference {
        WorkspaceRef::Default => values::first(
            conn.prepare_cached(DEFAULT)?
                .query(owner_params! { owner })?,
            id,
        ),
        WorkspaceRef::Id(workspace) => values::first(
            (conn.prepare_cached(BY_ID)?)
                .query(owner_params! { owner, ":id": workspace.as_str() })?,
            id,
        ),
    }
}

/// The owner's default workspace, made on first use.
pub fn default_workspace(tx: &Transaction<'_>, owner: &Owner) -> Result<WorkspaceId, StoreError> {
    if let Some(id) = resolve(tx, owner, &WorkspaceRef::Default)? {
        return Ok(id);
    }
    let id = WorkspaceId::generate();
    let made: Timestamp = now();
    tx.execute(
        "INSERT INTO workspace (owner_scope, owner_id, id, name, is_default, created_at, updated_at)
         VALUES (:scope, :owner, :id, 'Default', 1, :now, :now)",
        owner_params! { owner, ":id": id.as_str(), ":now": made.as_millisecond() },
    )?;
    Ok(id)
}
