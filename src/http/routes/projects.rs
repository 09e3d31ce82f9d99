//! `/projects/{workspace_id}/save`, `list`, `load` and `cleanup`

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, Json, QueryParameters, WorkspacePath};
use crate::http::state::State;
use crate::model::project::Project;
use crate::model::source::Source;
use crate::model::{Caller, ProjectId, Scope, SourceId, WorkspaceRef};
use crate::services::projects::SaveProject;
use crate::services::sources::{Cleaned, SourceError};

use super::SCOPE;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let (listing, loading) = (
        "List the projects of a workspace",
        "Load a project with its sources",
    );
    vec![
        Endpoint::post(
            "/projects/{workspace_id}/save",
            save,
            "Create a project, or update the one of that id",
        )
        .also("/projects/save")
        .body::<SaveBody>()
        .answers::<SavedProject>(),
        Endpoint::get("/projects/{workspace_id}/list", list, listing)
            .also("/projects/list")
            .query(
                "scopes",
                "`user`, `organization`, or both with a comma between; `user` where absent",
            )
            .answers::<Vec<Project>>(),
        Endpoint::post("/projects/{workspace_id}/list", list_by_body, listing)
            .also("/projects/list")
            .body::<ListBody>()
            .answers::<Vec<Project>>(),
        Endpoint::get("/projects/{workspace_id}/load", load, loading)
            .also("/projects/load")
            .required("project_id", "The project's id")
            .query("scope", SCOPE)
            .answers::<LoadedProject>(),
        Endpoint::post("/projects/{workspace_id}/load", load_by_body, loading)
            .also("/projects/load")
            .body::<NamedProject>()
            .answers::<LoadedProject>(),
        Endpoint::post(
            "/projects/{workspace_id}/cleanup",
            cleanup,
            "Delete projects by their ids, or all projects of the workspace",
        )
        .also("/projects/cleanup")
        .body::<CleanupBody>()
        .answers::<Cleaned>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ProjectSave)]
struct SaveBody {
    project: ProjectToSave,
}

#[derive(Deserialize, utoipa::ToSchema)]
struct ProjectToSave {
    /// Generated where absent.
    id: Option<String>,
    /// A new project needs one.
    name: Option<String>,
    description: Option<String>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    scope: Option<Scope>,
    /// Ids of sources of the workspace.
    source_ids: Option<Vec<String>>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct SavedProject {
    project_id: ProjectId,
    #[serde(flatten)]
    project: Project,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ProjectList)]
struct ListBody {
    /// The caller's own where absent.
    scopes: Option<Vec<Scope>>,
}

/// A body that names one project.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct NamedProject {
    /// Which.
    pub(super) project: ProjectRef,
}

/// A project of a scope.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct ProjectRef {
    /// Its id.
    pub(super) id: String,
    /// Whose it is.
    pub(super) scope: Option<Scope>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct LoadedProject {
    #[serde(flatten)]
    project: Project,
    sources: Vec<Source>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ProjectCleanup)]
struct CleanupBody {
    scope: Option<Scope>,
    /// One project.
    project: Option<ProjectRef>,
    /// The same.
    project_id: Option<String>,
    /// Several. Where no id is given at all, all projects go; an empty list deletes nothing.
    project_ids: Option<Vec<String>>,
}

/// The most ids of one request.
const IDS: usize = 10_000;

/// An id of a project that has to be there already: what cannot be an id is nobody's.
pub(super) fn known_id(text: &str) -> Result<ProjectId, ApiError> {
    ProjectId::parse(text).map_err(|_| {
        ApiError::not_found(
            "project",
            "See /projects/list for what there is, and check the scope.",
        )
    })
}

async fn save(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<SaveBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let project = parsed.value.project;
    let id = project.id.as_deref().map(ProjectId::parse).transpose();
    let id = id.map_err(|error| {
        let hint = "Leave it out to have one made.";
        ApiError::field("project.id", error.to_string(), hint)
    })?;
    let name = project.name.as_deref();
    let name = name.map(|name| super::name(name, "A project's name", "project.name"));
    let save = SaveProject {
        id,
        name: name.transpose()?.map(str::to_owned),
        description: project.description,
        metadata: project.metadata,
        source_ids: project.source_ids.as_deref().map(source_ids).transpose()?,
    };
    let scope = project.scope.unwrap_or_default();
    let place = (state.sources)
        .place(&caller.0, scope, path.0, Access::Write)
        .await?;
    let project = state.projects.save(&place, save).await?;
    let saved = SavedProject {
        project_id: project.id.clone(),
        project,
    };
    Ok(Answer::new(saved, "Project saved successfully")?.warn(parsed.warnings))
}

fn source_ids(given: &[String]) -> Result<Vec<SourceId>, ApiError> {
    const FIELD: &str = "project.source_ids";
    if given.len() > IDS {
        let message = format!("A project has at most {IDS} sources.");
        return Err(ApiError::field(FIELD, message, "Leave some out."));
    }
    let parsed = given.iter().zip(0..).map(|(text, at)| {
        SourceId::parse(text).map_err(|error| {
            let field = format!("{FIELD}[{at}]");
            ApiError::field(&field, error.to_string(), "Use ids from /data/list.")
        })
    });
    parsed.collect()
}

async fn list(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let scopes = match query.get("scopes") {
        None => vec![query.scope()?],
        Some(text) => {
            let scope = |word: &str| match word.trim() {
                "user" => Ok(Scope::User),
                "organization" => Ok(Scope::Organization),
                _ => Err(ApiError::field(
                    "scopes",
                    "One of these is no scope.",
                    "Use user, organization, or both with a comma between.",
                )),
            };
            text.split(',').map(scope).collect::<Result<_, _>>()?
        }
    };
    listed(&state, &caller.0, path.0, scopes, Vec::new()).await
}

async fn list_by_body(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<ListBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let scopes = parsed.value.scopes.unwrap_or_else(|| vec![Scope::User]);
    listed(&state, &caller.0, path.0, scopes, parsed.warnings).await
}

/// Lists the projects of each scope's workspace. One that only one of several scopes has is listed
/// there.
async fn listed(
    state: &State,
    caller: &Caller,
    workspace: WorkspaceRef,
    scopes: Vec<Scope>,
    warnings: Vec<String>,
) -> ApiResult {
    let mut places = Vec::new();
    let mut missing = None;
    for scope in [Scope::User, Scope::Organization] {
        if !scopes.contains(&scope) {
            continue;
        }
        let place = state
            .sources
            .place(caller, scope, workspace.clone(), Access::Read);
        match place.await {
            Ok(place) => places.push(place),
            Err(error @ SourceError::NotFound(_)) => missing = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    if let (Some(error), true) = (missing, places.is_empty()) {
        return Err(error.into());
    }
    let listed = state.projects.list(places).await?;
    Ok(Answer::new(listed, "Projects listed")?.warn(warnings))
}

async fn load(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let project = ProjectRef {
        id: query.require("project_id")?.to_owned(),
        scope: Some(query.scope()?),
    };
    loaded(&state, &caller.0, path.0, &project, Vec::new()).await
}

async fn load_by_body(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<NamedProject>,
) -> ApiResult {
    let Json(parsed) = body;
    let project = parsed.value.project;
    loaded(&state, &caller.0, path.0, &project, parsed.warnings).await
}

async fn loaded(
    state: &State,
    caller: &Caller,
    workspace: WorkspaceRef,
    project: &ProjectRef,
    warnings: Vec<String>,
) -> ApiResult {
    let scope = project.scope.unwrap_or_default();
    let place = state
        .sources
        .place(caller, scope, workspace, Access::Read)
        .await?;
    let (project, sources) = state.projects.load(&place, known_id(&project.id)?).await?;
    Ok(Answer::new(LoadedProject { project, sources }, "Project loaded")?.warn(warnings))
}

async fn cleanup(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<CleanupBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let CleanupBody {
        scope,
        project,
        project_id,
        project_ids,
    } = parsed.value;
    let of_project = project.as_ref().and_then(|project| project.scope);
    if let (Some(one), Some(other)) = (scope, of_project)
        && one != other
    {
        return Err(ApiError::new(
            Code::INVALID_FIELD,
            "`scope` and `project.scope` name two different scopes.",
            "Give one of them.",
        )
        .with("path", "scope"));
    }
    let scope = scope.or(of_project).unwrap_or_default();
    let single = project
        .map(|project| project.id)
        .into_iter()
        .chain(project_id);
    let mut ids: Vec<String> = single.collect();
    let named = !ids.is_empty() || project_ids.is_some();
    ids.extend(project_ids.unwrap_or_default());
    if ids.len() > IDS {
        let message = format!("At most {IDS} ids are deleted at once.");
        return Err(ApiError::field(
            "project_ids",
            message,
            "Send less at once.",
        ));
    }
    if !named {
        super::all_is_meant("project_ids", &parsed.warnings)?;
    }
    let place = (state.sources)
        .place(&caller.0, scope, path.0, Access::Write)
        .await?;
    let cleaned = state.projects.cleanup(&place, named.then_some(ids)).await?;
    Ok(Answer::new(cleaned, "Projects cleaned up")?.warn(parsed.warnings))
}
