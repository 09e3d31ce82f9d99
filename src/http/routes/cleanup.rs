//! `/data/{workspace_id}/cleanup`

use actix_web::web::Data;
use serde::Deserialize;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::state::State;
use crate::model::Scope;
use crate::services::sources::Cleaned;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Delete sources and tables by their ids, or all sources of the workspace";
    vec![
        Endpoint::post("/data/{workspace_id}/cleanup", cleanup, summary)
            .also("/data/cleanup")
            .body::<CleanupBody>()
            .answers::<Cleaned>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct CleanupBody {
    scope: Option<Scope>,
    /// Ids of sources and of tables. Absent deletes all sources; an empty list deletes nothing.
    source_ids: Option<Vec<String>>,
}

/// The most ids of one request.
const IDS: usize = 10_000;

async fn cleanup(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<CleanupBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let CleanupBody { scope, source_ids } = parsed.value;
    if source_ids.as_ref().is_some_and(|ids| ids.len() > IDS) {
        let message = format!("At most {IDS} ids are deleted at once.");
        return Err(ApiError::field("source_ids", message, "Send less at once."));
    }
    if source_ids.is_none() {
        super::all_is_meant("source_ids", &parsed.warnings)?;
    }
    let place = state
        .sources
        .place(&caller.0, scope.unwrap_or_default(), path.0, Access::Write)
        .await?;
    let cleaned = state
        .sources
        .cleanup(&place, source_ids, super::schema::render)
        .await?;
    Ok(Answer::new(cleaned, "Data sources cleaned up")?.warn(parsed.warnings))
}
