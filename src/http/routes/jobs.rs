//! `/data/{workspace_id}/jobs…`

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::sync::watch;

use super::{SCOPE, ScopeBody, schema_refresh, sync};
use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, QueryParameters, WorkspacePath, path_segment};
use crate::http::state::State;
use crate::model::job::{Job, JobKind, JobState};
use crate::model::{JobId, Scope};
use crate::services::jobs::{JobFilter, Seen};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/data/{workspace_id}/jobs",
            list,
            "List the jobs of a workspace, the latest first",
        )
        .also("/data/jobs")
        .query("scope", SCOPE)
        .query("kind", "Those that do this alone: `sync` or `schema`")
        .query("state", "Those that stand so alone, such as `running`")
        .answers::<Vec<Job>>(),
        Endpoint::get(
            "/data/{workspace_id}/jobs/{job_id}",
            get,
            "Show a job: how far it is, or what came of it",
        )
        .query("scope", SCOPE)
        .answers::<Job>(),
        Endpoint::get(
            "/data/{workspace_id}/jobs/{job_id}/events",
            events,
            "Follow a job by server-sent events, each of them the job as it then is",
        )
        .query("scope", SCOPE),
        Endpoint::post(
            "/data/{workspace_id}/jobs/{job_id}/cancel",
            cancel,
            "Stop a job",
        )
        .body::<ScopeBody>()
        .answers::<Job>(),
        Endpoint::post(
            "/data/{workspace_id}/jobs/{job_id}/resume",
            resume,
            "Go on with a job that did not end as it should",
        )
        .body::<ResumeBody>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct ResumeBody {
    scope: Option<Scope>,
    /// Whether to wait for the end; the default.
    wait: Option<bool>,
}

/// After how long a silent stream says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

fn job_id(request: &HttpRequest) -> Result<JobId, ApiError> {
    let text = path_segment(request, "job_id").unwrap_or_default();
    JobId::parse(&text)
        .map_err(|error| ApiError::field("job_id", error.to_string(), "Use an id from /jobs."))
}

async fn list(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let wanted = JobFilter {
        kind: query.word("kind", &JobKind::ALL, JobKind::as_str)?,
        state: query.word("state", &JobState::ALL, JobState::as_str)?,
    };
    Answer::new(state.jobs.list(&place, wanted).await?, "Jobs listed")
}

async fn get(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
) -> ApiResult {
    let id = job_id(&request)?;
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    Answer::new(state.jobs.get(&place, &id).await?, "Job read")
}

async fn cancel(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<ScopeBody>,
    request: HttpRequest,
) -> ApiResult {
    let id = job_id(&request)?;
    let Json(parsed) = body;
    let scope = parsed.value.scope.unwrap_or_default();
    let place = state
        .sources
        .place(&caller.0, scope, path.0, Access::Write)
        .await?;
    let job = state.jobs.cancel(&place, &id).await?;
    Ok(Answer::new(job, "Job stopped")?.warn(parsed.warnings))
}

async fn resume(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<ResumeBody>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id = job_id(&request)?;
    let Json(parsed) = body;
    let scope = parsed.value.scope.unwrap_or_default();
    let place = state
        .sources
        .place(&caller.0, scope, path.0, Access::Write)
        .await?;
    let (waits, warnings) = (parsed.value.wait.unwrap_or(true), parsed.warnings);
    match state.jobs.get(&place, &id).await?.kind {
        JobKind::Sync => {
            let started = state.syncs.resume(&place, &id).await?;
            sync::answer(started, waits, warnings).await
        }
        JobKind::Schema => {
            let started = state.readings.resume(&place, &id).await?;
            schema_refresh::answer(started, waits, warnings).await
        }
    }
}

async fn events(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id = job_id(&request)?;
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let states = state.jobs.watch(&place, &id).await?;
    let last = request.headers().get("last-event-id");
    let last = last
        .and_then(|id| id.to_str().ok()?.parse().ok())
        .unwrap_or(0);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // A proxy that gathers answers would hold the events back.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(told(states, last)))
}

/// The states behind number `last`, as events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>). Ends behind the last one.
fn told(states: watch::Receiver<Seen>, last: u64) -> impl Stream<Item = serde_json::Result<Bytes>> {
    stream::unfold(Some((states, last)), async |at| {
        let (mut states, last) = at?;
        let next = states.wait_for(|seen| seen.number > last || seen.job.state.has_ended());
        let Ok(found) = tokio::time::timeout(HEARTBEAT, next).await else {
            let beat = Bytes::from_static(b": still here\n\n");
            return Some((Ok(beat), Some((states, last))));
        };
        let seen = found.ok()?.clone();
        let event = event(&seen);
        let more = !seen.job.state.has_ended();
        Some((event, more.then_some((states, seen.number))))
    })
}

fn event(seen: &Seen) -> serde_json::Result<Bytes> {
    let job = serde_json::to_string(&*seen.job)?;
    let name = if seen.job.state.has_ended() {
        "end"
    } else {
        "progress"
    };
    let number = seen.number;
    Ok(Bytes::from(format!(
        "id: {number}\nevent: {name}\ndata: {job}\n\n"
    )))
}
