//! `/data/{workspace_id}/sync`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::job_answer::{begun, ended};
use crate::auth::permission::Access;
use crate::http::answer::Answer;
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::state::State;
use crate::model::job::JobState;
use crate::model::{JobId, Scope};
use crate::services::jobs::{Started, wait_for_end};
use crate::services::sync::{SyncOptions, SyncReport, SyncRequest};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Copy tables of sources into the workspace's own store";
    vec![
        Endpoint::post("/data/{workspace_id}/sync", sync, summary)
            .also("/data/sync")
            .body::<SyncBody>()
            .answers::<SyncAnswer>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct SyncBody {
    scope: Option<Scope>,
    /// Ids of sources and of tables; all sources where absent.
    source_ids: Option<Vec<String>>,
    sync_options: Option<SyncOptions>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes the answer in the API's document")]
struct SyncAnswer {
    job_id: JobId,
    state: JobState,
    #[serde(flatten)]
    report: SyncReport,
}

/// The most rows that may be asked to be written at once.
const BATCH_ROWS: usize = 50_000;
/// The most connections to one source.
const CONNECTIONS: usize = 4;

async fn sync(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<SyncBody>,
) -> Result<HttpResponse, ApiError> {
    let Json(parsed) = body;
    let SyncBody {
        scope,
        source_ids,
        sync_options,
    } = parsed.value;
    let options = sync_options.unwrap_or_default();
    within("sync_options.batch_size", options.batch_size, BATCH_ROWS)?;
    within("sync_options.connections", options.connections, CONNECTIONS)?;
    let waits = options.wait.unwrap_or(true);
    let place = state
        .sources
        .place(&caller.0, scope.unwrap_or_default(), path.0, Access::Write)
        .await?;
    let request = SyncRequest {
        ids: source_ids,
        options,
    };
    let started = state.syncs.start(&place, request).await?;
    answer(started, waits, parsed.warnings).await
}

fn within(path: &str, value: Option<usize>, most: usize) -> Result<(), ApiError> {
    if value.is_none_or(|value| (1..=most).contains(&value)) {
        return Ok(());
    }
    let message = format!("This is a number from 1 to {most}.");
    Err(ApiError::field(
        path,
        message,
        "Leave it out for the usual.",
    ))
}

/// Answers a copy that began: its end, or the job.
pub async fn answer(
    started: Started,
    waits: bool,
    warnings: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let Started { id, mut states } = started;
    if !waits {
        return begun(&id, "Sync started", warnings);
    }
    let job = wait_for_end(&mut states).await;
    let data = ended(&job, json!({"records_processed": 0, "sources": []}));
    match job.state {
        JobState::Succeeded => Ok(Answer::new(data, "Data synchronized")?
            .warn(warnings)
            .into()),
        JobState::Partial => {
            let message = "Data synchronized in part: see `error` of the tables that failed";
            Ok(Answer::new(data, message)?.warn(warnings).into())
        }
        JobState::Cancelled => Err(stopped(
            "The sync was cancelled.",
            "Tables that were done stay; start it again, or resume the job.",
            data,
        )),
        JobState::Running | JobState::Interrupted => Err(stopped(
            "The sync was interrupted, since the server stops.",
            "Tables that were done stay; resume the job once the server is there again.",
            data,
        )),
        JobState::Failed => Err(failed(data)),
    }
}

fn stopped(message: &str, hint: &str, data: Value) -> ApiError {
    ApiError::new(Code::SYNC_STOPPED, message, hint).with_data(data)
}

/// Nothing was copied: the first reason speaks for all.
fn failed(data: Value) -> ApiError {
    let sources = data["sources"].as_array().into_iter().flatten();
    let tables = sources
        .clone()
        .flat_map(|source| source["tables"].as_array().into_iter().flatten());
    let errors = [&data]
        .into_iter()
        .chain(sources)
        .chain(tables)
        .map(|part| &part["error"]);
    let first = errors
        .into_iter()
        .find(|error| error.is_object())
        .cloned()
        .unwrap_or_default();
    let text = |name: &str| first[name].as_str().unwrap_or_default().to_owned();
    let error = ApiError::new(Code::SYNC_FAILED, text("message"), text("hint"));
    let details = ["code", "server_code", "server_message"].into_iter();
    let details = details.filter(|name| first[*name].is_string());
    details
        .fold(error, |error, name| {
            error.with(if name == "code" { "reason" } else { name }, text(name))
        })
        .with_data(data)
}
