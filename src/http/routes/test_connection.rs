//! `/data/{workspace_id}/test-connection`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::auth::permission::Access;
use crate::connectors::Trace;
use crate::connectors::input::ConnectionInput;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::rows::wants_lines;
use crate::http::services::refusal;
use crate::http::stage_lines;
use crate::http::state::State;
use crate::model::source::SourceType;
use crate::model::{Scope, SourceId};
use crate::services::sources::{Place, Sources, TestReport};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Test a connection: how far it comes, who answers, what may be read";
    vec![
        Endpoint::post("/data/{workspace_id}/test-connection", test, summary)
            .also("/data/test-connection")
            .body::<TestBody>()
            .answers::<TestReport>()
            .answers_text(stage_lines::CONTENT_TYPE),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct TestBody {
    scope: Option<Scope>,
    /// A source as `connect` takes it. One of the three.
    source_config: Option<SourceConfig>,
    /// A database as `connect` takes it. One of the three.
    database: Option<ConnectionInput>,
    /// A source that is saved. One of the three.
    source_id: Option<String>,
}

#[derive(Deserialize, utoipa::ToSchema)]
struct SourceConfig {
    #[serde(rename = "type")]
    source_type: Option<SourceType>,
    name: Option<String>,
    connection_config: ConnectionInput,
    #[schema(value_type = Option<Object>)]
    #[expect(
        dead_code,
        reason = "taken so that a source can be tested just as it would be connected"
    )]
    metadata: Option<Map<String, Value>>,
}

/// What is to be tested, and where it stands in the body.
enum Wanted {
    Written(Option<String>, Box<ConnectionInput>, &'static str),
    Kept(SourceId),
}

async fn test(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    request: HttpRequest,
    body: Json<TestBody>,
) -> Result<HttpResponse, ApiError> {
    let Json(parsed) = body;
    let scope = parsed.value.scope.unwrap_or_default();
    let wanted = wanted(parsed.value)?;
    let access = match wanted {
        Wanted::Written(..) => Access::Write,
        Wanted::Kept(_) => Access::Read,
    };
    let place = state
        .sources
        .place(&caller.0, scope, path.0, access)
        .await?;
    let warnings = parsed.warnings;
    if !wants_lines(&request) {
        let tested = examine(&state.sources, &place, wanted, &Trace::default()).await?;
        return Ok(answer(tested, warnings)?.into());
    }
    let (trace, stages) = Trace::told();
    let sources = state.sources.clone();
    let work = async move { answer(examine(&sources, &place, wanted, &trace).await?, warnings) };
    stage_lines::respond(stages, Box::pin(work)).await
}

fn wanted(body: TestBody) -> Result<Wanted, ApiError> {
    match (body.source_config, body.database, body.source_id) {
        (Some(config), None, None) => {
            let source_type = config.source_type.unwrap_or(SourceType::Database);
            let connection = config.connection_config.of_type(source_type);
            let field = "source_config.connection_config";
            Ok(Wanted::Written(config.name, Box::new(connection), field))
        }
        (None, Some(database), None) => Ok(Wanted::Written(None, Box::new(database), "database")),
        (None, None, Some(id)) => {
            let missing = |_| {
                ApiError::not_found("source", "See /data/list for the sources of the workspace.")
            };
            SourceId::parse(&id).map(Wanted::Kept).map_err(missing)
        }
        (None, None, None) => {
            let message = "The body has neither `source_config` nor `database` nor `source_id`.";
            Err(
                ApiError::new(Code::MISSING_FIELD, message, "Send one of them.")
                    .with("path", "source_config"),
            )
        }
        _ => {
            let message =
                "The body has more than one of `source_config`, `database` and `source_id`.";
            Err(ApiError::field(
                "source_config",
                message,
                "Send one of them.",
            ))
        }
    }
}

async fn examine(
    sources: &Sources,
    place: &Place,
    wanted: Wanted,
    trace: &Trace,
) -> Result<TestReport, ApiError> {
    let (tested, field) = match wanted {
        Wanted::Written(name, connection, field) => {
            let tested = sources.test(place, name.as_deref(), *connection, trace);
            (tested.await, field)
        }
        Wanted::Kept(id) => (sources.test_kept(place, &id, trace).await, "source_id"),
    };
    tested.map_err(|error| refusal(error, field))
}

fn answer(report: TestReport, warnings: Vec<String>) -> ApiResult {
    let mut data = serde_json::to_value(&report).map_err(|error| ApiError::internal(&error))?;
    crate::http::answer::add_warnings(
        &mut data,
        report.warnings.into_iter().chain(warnings).collect(),
    );
    match report.failure {
        None => Answer::new(data, "Connection test successful"),
        Some(failure) => Ok(Answer::found_wrong(data, ApiError::from(failure))),
    }
}
