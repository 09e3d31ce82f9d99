//! `/workspaces/…`

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, QueryParameters, WorkspacePath};
use crate::http::state::State;
use crate::model::project::Project;
use crate::model::source::Source;
use crate::model::workspace::Workspace;
use crate::model::{Scope, WorkspaceId, WorkspaceRef};
use crate::services::workspaces::SaveWorkspace;

use super::{SCOPE, ScopeBody};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(
            "/workspaces/save",
            save,
            "Create a workspace, or update the one of that id",
        )
        .body::<SaveRequest>()
        .answers::<SavedWorkspace>(),
        Endpoint::get("/workspaces/list", list, "List the workspaces of a scope")
            .query("scope", SCOPE)
            .answers::<Vec<Workspace>>(),
        Endpoint::get(
            "/workspaces/{workspace_id}/load",
            load,
            "Load a workspace with its sources and projects",
        )
        .query("scope", SCOPE)
        .answers::<LoadedWorkspace>(),
        Endpoint::post(
            "/workspaces/{workspace_id}/delete",
            delete,
            "Delete a workspace and all that hangs below it",
        )
        .body::<ScopeBody>()
        .answers::<DeletedWorkspace>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = WorkspaceSave)]
struct SaveRequest {
    /// Generated where absent.
    id: Option<String>,
    name: String,
    description: Option<String>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    scope: Option<Scope>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct SavedWorkspace {
    workspace_id: WorkspaceId,
    #[serde(flatten)]
    workspace: Workspace,
}

#[derive(Serialize, utoipa::ToSchema)]
struct LoadedWorkspace {
    #[serde(flatten)]
    workspace: Workspace,
    sources: Vec<Source>,
    projects: Vec<Project>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct DeletedWorkspace {
    workspace_id: WorkspaceId,
}

async fn save(state: Data<State>, caller: Authenticated, body: Json<SaveRequest>) -> ApiResult {
    let Json(parsed) = body;
    let request = parsed.value;
    let name = super::name(&request.name, "A workspace's name", "name")?;
    let id = request.id.as_deref().map(WorkspaceRef::parse).transpose();
    let id = id.map_err(|error| {
        ApiError::field("id", error.to_string(), "Leave it out to have one made.")
    })?;
    let save = SaveWorkspace {
        id,
        name: name.to_owned(),
        description: request.description,
        metadata: request.metadata,
    };
    let workspace = state
        .workspaces
        .save(&caller.0, request.scope.unwrap_or_default(), save)
        .await?;
    let saved = SavedWorkspace {
        workspace_id: workspace.id.clone(),
        workspace,
    };
    Ok(Answer::new(saved, "Workspace saved successfully")?.warn(parsed.warnings))
}

async fn list(state: Data<State>, caller: Authenticated, query: QueryParameters) -> ApiResult {
    let workspaces = state.workspaces.list(&caller.0, query.scope()?).await?;
    Answer::new(workspaces, "Workspaces listed")
}

async fn load(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let (workspace, sources, projects) = state
        .workspaces
        .load(&caller.0, query.scope()?, path.0)
        .await?;
    Answer::new(
        LoadedWorkspace {
            workspace,
            sources,
            projects,
        },
        "Workspace loaded",
    )
}

async fn delete(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    body: Json<ScopeBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let scope = parsed.value.scope.map_or_else(|| query.scope(), Ok)?;
    let workspace_id = state.workspaces.delete(&caller.0, scope, path.0).await?;
    Ok(Answer::new(DeletedWorkspace { workspace_id }, "Workspace deleted")?.warn(parsed.warnings))
}
