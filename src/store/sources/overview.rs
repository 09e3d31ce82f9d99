//! How sources stand, across workspaces.

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::model::source::SourceStatus;
use crate::model::{Owner, Scope, SourceId, WorkspaceId};
use crate::store::StoreError;
use crate::store::owned::{owned, owner_params};
use crate::store::values;

/// How a source stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SourceHealth {
    /// The id.
    pub id: SourceId,
    /// The name.
    pub name: String,
    /// Whose workspace it is in.
    pub scope: Scope,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The engine's name.
    pub engine: Option<String>,
    /// How the last contact left it.
    pub status: SourceStatus,
    /// When a contact was last tried.
    #[schema(value_type = Option<String>)]
    pub last_tested_at: Option<Timestamp>,
    /// When its data was last copied.
    #[schema(value_type = Option<String>)]
    pub last_synced_at: Option<Timestamp>,
    /// The code of the error that the last contact ended in.
    pub last_error: Option<String>,
}

fn read(row: &Row<'_>) -> Result<SourceHealth, StoreError> {
    Ok(SourceHealth {
        id: values::text(row, "id")?,
        name: row.get("name")?,
        scope: values::text(row, "owner_scope")?,
        workspace_id: values::text(row, "workspace")?,
        engine: row.get("engine")?,
        status: values::text(row, "status")?,
        last_tested_at: values::optional_time(row, "last_tested_at")?,
        last_synced_at: values::optional_time(row, "last_synced_at")?,
        last_error: row.get("last_error")?,
    })
}

/// The sources in all workspaces of an owner, by workspace and name.
pub fn health(conn: &Connection, owner: &Owner) -> Result<Vec<SourceHealth>, StoreError> {
    const SQL: &str = concat!(
        "SELECT source.id, source.name, workspace.owner_scope, workspace.id AS workspace, source.engine,
             source.status, source.last_tested_at, source.last_synced_at, source.last_error
         FROM source JOIN workspace ON workspace.pk = source.workspace_pk WHERE ",
        owned!(),
        " ORDER BY workspace.id, source.name, source.pk"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    values::collect(statement.query(owner_params! { owner })?, read)
}

/// Where a source is, among those of all owners.
#[derive(Debug, Clone)]
pub struct Whereabouts {
    /// The scope of its workspace's owner.
    pub scope: Scope,
    /// The id of that owner.
    pub owner: String,
    /// The id of the owner's organization: the owner itself, or that of the user.
    pub organization_id: String,
    /// The name of the organization.
    pub organization: String,
    /// The user's name, where a user owns it.
    pub user: Option<String>,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The source.
    pub id: SourceId,
    /// Its name.
    pub name: String,
}

/// All sources of all owners: for whoever looks at the folder as a whole.
pub fn everywhere(conn: &Connection) -> Result<Vec<Whereabouts>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT workspace.owner_scope, workspace.owner_id, workspace.id AS workspace, source.id, source.name,
             user.name AS user, organization.id AS organization_id, organization.name AS organization
         FROM source
         JOIN workspace ON workspace.pk = source.workspace_pk
         LEFT JOIN user ON user.id = workspace.owner_user
         JOIN organization
             ON organization.id = coalesce(workspace.owner_organization, user.organization_id)
         ORDER BY organization.name, user.name, workspace.id, source.name, source.pk",
    )?;
    values::collect(statement.query([])?, |row| {
        Ok(Whereabouts {
            scope: values::text(row, "owner_scope")?,
            owner: row.get("owner_id")?,
            organization_id: row.get("organization_id")?,
            organization: row.get("organization")?,
            user: row.get("user")?,
            workspace: values::text(row, "workspace")?,
            id: values::text(row, "id")?,
            name: row.get("name")?,
        })
    })
}
