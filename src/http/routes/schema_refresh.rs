//! `/data/{workspace_id}/schema/refresh`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::job_answer::{begun, ended};
use crate::auth::permission::Access;
use crate::http::answer::Answer;
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::state::State;
use crate::model::job::{Job, JobState};
use crate::model::{JobId, Scope};
use crate::services::jobs::{Started, wait_for_end};
use crate::services::sources::SchemaRead;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Read the schema of a source again, by a job that goes on by itself";
    vec![
        Endpoint::post("/data/{workspace_id}/schema/refresh", refresh, summary)
            .also("/data/schema/refresh")
            .body::<RefreshBody>()
            .answers::<RefreshAnswer>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct RefreshBody {
    scope: Option<Scope>,
    /// The id of a source, or of one of its tables.
    source_id: String,
    /// Whether to wait for the end; the default. Else the job's id is answered at once.
    wait: Option<bool>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes the answer in the API's document")]
struct RefreshAnswer {
    job_id: JobId,
    state: JobState,
    #[serde(flatten)]
    read: SchemaRead,
}

async fn refresh(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<RefreshBody>,
) -> Result<HttpResponse, ApiError> {
    let Json(parsed) = body;
    let RefreshBody {
        scope,
        source_id,
        wait,
    } = parsed.value;
    // As `refresh=true` of the schema itself: who may look at a source may look again.
    let place = state
        .sources
        .place(&caller.0, scope.unwrap_or_default(), path.0, Access::Read)
        .await?;
    let started = state.readings.start(&place, &source_id).await?;
    answer(started, wait.unwrap_or(true), parsed.warnings).await
}

/// Answers a reading that began: its end, or the job.
pub async fn answer(
    started: Started,
    waits: bool,
    warnings: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let Started { id, mut states } = started;
    if !waits {
        return begun(&id, "Reading of the schema started", warnings);
    }
    let job = wait_for_end(&mut states).await;
    let data = ended(&job, Value::Null);
    match job.state {
        JobState::Succeeded | JobState::Partial => {
            Ok(Answer::new(data, "Schema read")?.warn(warnings).into())
        }
        JobState::Cancelled => Err(stopped("The reading of the schema was cancelled.", data)),
        JobState::Running | JobState::Interrupted => Err(stopped(
            "The reading of the schema was interrupted, since the server stops.",
            data,
        )),
        JobState::Failed => Err(failed(&job, data)),
    }
}

fn stopped(message: &str, data: Value) -> ApiError {
    let hint = "What was read before stays; start it again, or resume the job.";
    ApiError::new(Code::SCHEMA_STOPPED, message, hint).with_data(data)
}

fn failed(job: &Job, data: Value) -> ApiError {
    let told = |name: &str| job.result["error"][name].as_str();
    let text = |name: &str| told(name).unwrap_or_default();
    let error = ApiError::new(Code::SCHEMA_FAILED, text("message"), text("hint"));
    let details = [
        ("reason", "code"),
        ("server_code", "server_code"),
        ("server_message", "server_message"),
    ];
    let error = details
        .into_iter()
        .filter_map(|(name, from)| Some((name, told(from)?)))
        .fold(error, |error, (name, value)| error.with(name, value));
    error.with_data(data)
}
