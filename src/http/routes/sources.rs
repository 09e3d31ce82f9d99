//! `/data/{workspace_id}/list`, and one source of it: shown, and renamed

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, QueryParameters, WorkspacePath, path_segment};
use crate::http::state::State;
use crate::model::source::Source;
use crate::model::{Caller, Scope, SourceId, WorkspaceRef};
use crate::services::sources::{ListedSource, SourceDetails};

use super::{SCOPE, schema};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "List the sources of a workspace";
    vec![
        Endpoint::get("/data/{workspace_id}/list", list, summary)
            .also("/data/list")
            .query("scope", SCOPE)
            .query("tables", "`true` lists each source's tables too")
            .answers::<Vec<ListedSource>>(),
        Endpoint::post("/data/{workspace_id}/list", list_by_body, summary)
            .also("/data/list")
            .body::<ListBody>()
            .answers::<Vec<ListedSource>>(),
        Endpoint::get(
            "/data/{workspace_id}/sources/{source_id}",
            details,
            "Show a source with its settings, which hold no secret",
        )
        .query("scope", SCOPE)
        .answers::<SourceDetails>(),
        Endpoint::post(
            "/data/{workspace_id}/sources/{source_id}/rename",
            rename,
            "Give a source another name; all else of it stays",
        )
        .body::<RenameBody>()
        .answers::<Source>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct ListBody {
    scope: Option<Scope>,
    /// Whether each source's tables are listed too.
    tables: Option<bool>,
}

#[derive(Deserialize, utoipa::ToSchema)]
struct RenameBody {
    scope: Option<Scope>,
    /// 1 to 200 characters, which no other source of the workspace has for a name.
    name: String,
}

async fn list(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    answer(
        &state,
        &caller.0,
        query.scope()?,
        path.0,
        query.flag("tables")?,
    )
    .await
}

async fn list_by_body(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<ListBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let ListBody { scope, tables } = parsed.value;
    answer(
        &state,
        &caller.0,
        scope.unwrap_or_default(),
        path.0,
        tables.unwrap_or(false),
    )
    .await
}

async fn answer(
    state: &State,
    caller: &Caller,
    scope: Scope,
    workspace: WorkspaceRef,
    tables: bool,
) -> ApiResult {
    let place = state
        .sources
        .place(caller, scope, workspace, Access::Read)
        .await?;
    Answer::new(
        state.sources.list(&place, tables).await?,
        "Data sources listed",
    )
}

async fn details(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
) -> ApiResult {
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let id = source_id(&request)?;
    Answer::new(state.sources.details(&place, &id).await?, "Source read")
}

async fn rename(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<RenameBody>,
    request: HttpRequest,
) -> ApiResult {
    let Json(parsed) = body;
    let RenameBody { scope, name } = parsed.value;
    let place = state
        .sources
        .place(&caller.0, scope.unwrap_or_default(), path.0, Access::Write)
        .await?;
    let id = source_id(&request)?;
    let name = super::name(&name, "The name of a source", "name")?;
    let renamed = state.sources.rename(&place, &id, name, schema::render);
    Ok(Answer::new(renamed.await?, "Source renamed")?.warn(parsed.warnings))
}

fn source_id(request: &HttpRequest) -> Result<SourceId, ApiError> {
    let id = path_segment(request, "source_id").unwrap_or_default();
    SourceId::parse(&id).map_err(|_| {
        ApiError::not_found("source", "See /data/list for the sources of the workspace.")
    })
}
