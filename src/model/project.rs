//! Projects.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ProjectId, Scope, SourceId, WorkspaceId};

/// A project: sources of one workspace, put together for a purpose.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Project {
    /// Unique within the workspace.
    pub id: ProjectId,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whatever the caller keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Whose it is.
    pub scope: Scope,
    /// The workspace that it is in.
    pub workspace_id: WorkspaceId,
    /// When it was made.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was last saved.
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    /// How many sources it has.
    pub source_count: u64,
    /// Its sources, by name.
    pub source_ids: Vec<SourceId>,
}
