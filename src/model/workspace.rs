//! Workspaces.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Scope, WorkspaceId};

/// A workspace: a named set of sources and projects.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Workspace {
    /// Unique within the owner.
    pub id: WorkspaceId,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whatever the caller keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Whose it is.
    pub scope: Scope,
    /// When it was made.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was last saved.
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    /// How many sources it holds.
    pub source_count: u64,
    /// How many projects it holds.
    pub project_count: u64,
}
