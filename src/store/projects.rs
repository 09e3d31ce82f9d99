//! Projects, and which sources of their workspace they refer to.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use serde_json::{Map, Value};

use super::owned::{owned, owner_params, source_key, workspace_key};
use super::sources::Deleted;
use super::values::{self, from_metadata};
use super::{StoreError, now};
use crate::model::project::Project;
use crate::model::{Owner, ProjectId, SourceId, WorkspaceId};

/// A project to be saved. What is absent keeps its old value where the project is there.
#[derive(Debug, Clone)]
pub struct ProjectDraft<'a> {
    /// The id.
    pub id: &'a ProjectId,
    /// The name.
    pub name: &'a str,
    /// What it is for; an empty text for nothing.
    pub description: Option<&'a str>,
    /// Whatever the caller keeps with it.
    pub metadata: Option<&'a Map<String, Value>>,
}

macro_rules! select {
    () => {
        "SELECT project.*, workspace.owner_scope, workspace.id AS workspace, \
         (SELECT json_group_array(source.id ORDER BY source.name, source.pk) FROM project_source \
          JOIN source ON source.pk = project_source.source_pk \
          WHERE project_source.project_pk = project.pk) AS source_ids \
         FROM project JOIN workspace ON workspace.pk = project.workspace_pk \
         WHERE workspace.id = :workspace AND "
    };
}

fn read(row: &Row<'_>) -> Result<Project, StoreError> {
    let ids: String = row.get("source_ids")?;
    let source_ids: Vec<SourceId> =
        serde_json::from_str(&ids).map_err(|_| StoreError::Unreadable("an id"))?;
    Ok(Project {
        id: values::text(row, "id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        metadata: values::text(row, "metadata")?,
        scope: values::text(row, "owner_scope")?,
        workspace_id: values::text(row, "workspace")?,
        created_at: values::time(row, "created_at")?,
        updated_at: values::time(row, "updated_at")?,
        source_count: source_ids.len() as u64,
        source_ids,
    })
}

/// The key of a project in a workspace of this owner.
fn key(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &ProjectId,
) -> Result<Option<i64>, StoreError> {
    const SQL: &str = concat!(
        "SELECT project.pk FROM project JOIN workspace ON workspace.pk = project.workspace_pk \
         WHERE project.id = :id AND workspace.id = :workspace AND ",
        owned!()
    );
    let params = owner_params! { owner, ":workspace": workspace.as_str(), ":id": id.as_str() };
    let mut statement = conn.prepare_cached(SQL)?;
    Ok(statement.query_row(params, |row| row.get(0)).optional()?)
}

/// Creates a project, or updates that of the same id in the workspace. Answers whether the owner has
/// such a workspace.
pub fn save(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    draft: &ProjectDraft<'_>,
) -> Result<bool, StoreError> {
    let Some(workspace_pk) = workspace_key(tx, owner, workspace)? else {
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT INTO project (id, workspace_pk, name, description, metadata, created_at, updated_at)
         VALUES (:id, :workspace, :name, nullif(:description, ''), coalesce(:metadata, '{}'), :now, :now)
         ON CONFLICT (workspace_pk, id) DO UPDATE SET
             name = excluded.name,
             description = nullif(coalesce(:description, description), ''),
             metadata = coalesce(:metadata, metadata),
             updated_at = excluded.updated_at",
    )?
    .execute(rusqlite::named_params! {
        ":id": draft.id.as_str(),
        ":workspace": workspace_pk,
        ":name": draft.name,
        ":description": draft.description,
        ":metadata": draft.metadata.map(from_metadata),
        ":now": now().as_millisecond(),
    })?;
    Ok(true)
}

/// Lets a project refer to these sources and no others. Answers the ids that its workspace does not
/// have, of which none is taken; `None` where the owner has no such project.
pub fn set_sources(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &ProjectId,
    sources: &[SourceId],
) -> Result<Option<Vec<SourceId>>, StoreError> {
    let Some(project_pk) = key(tx, owner, workspace, id)? else {
        return Ok(None);
    };
    tx.prepare_cached("DELETE FROM project_source WHERE project_pk = ?1")?
        .execute([project_pk])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO project_source (project_pk, source_pk) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    let mut unknown = Vec::new();
    for source in sources {
        match source_key(tx, owner, workspace, source)? {
            Some(source_pk) => {
                insert.execute([project_pk, source_pk])?;
            }
            None => unknown.push(source.clone()),
        }
    }
    Ok(Some(unknown))
}

/// The projects of a workspace, the oldest first.
pub fn list(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<Vec<Project>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " ORDER BY project.created_at, project.pk"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    values::collect(
        statement.query(owner_params! { owner, ":workspace": workspace.as_str() })?,
        read,
    )
}

/// One project.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &ProjectId,
) -> Result<Option<Project>, StoreError> {
    const SQL: &str = concat!(select!(), owned!(), " AND project.id = :id");
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":id": id.as_str()
    })?;
    values::first(rows, read)
}

/// Deletes projects by their ids, each named once in the answer. Their sources stay.
pub fn delete_many(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    ids: &[String],
) -> Result<Deleted, StoreError> {
    let workspace_pk = workspace_key(tx, owner, workspace)?;
    let mut delete =
        tx.prepare_cached("DELETE FROM project WHERE workspace_pk = ?1 AND id = ?2")?;
    let mut answer = Deleted::default();
    let mut seen = HashSet::new();
    for id in ids.iter().filter(|id| seen.insert(id.as_str())) {
        let deleted = delete.execute(rusqlite::params![workspace_pk, id])? > 0;
        let list = if deleted {
            &mut answer.deleted
        } else {
            &mut answer.not_found
        };
        list.push(id.clone());
    }
    Ok(answer)
}

/// Deletes all projects of a workspace. Answers their ids, the oldest's first.
pub fn delete_all(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<Vec<ProjectId>, StoreError> {
    const SQL: &str = concat!(
        "DELETE FROM project WHERE workspace_pk = (SELECT pk FROM workspace WHERE workspace.id = :workspace AND ",
        owned!(),
        ")"
    );
    let all = list(tx, owner, workspace)?;
    tx.prepare_cached(SQL)?
        .execute(owner_params! { owner, ":workspace": workspace.as_str() })?;
    Ok(all.into_iter().map(|project| project.id).collect())
}
