//! `/data/{workspace_id}/test-connection`

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::auth::permission::Access;
use crate::connectors::Trace;
use crate::connectors::input::ConnectionInput;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::services::refusal;
use crate::http::state::State;
use crate::model::source::SourceType;
use crate::model::{Scope, SourceId};
use crate::services::sources::TestReport;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Test a connection: how far it comes, who answers, what may be read";
    vec![
        Endpoint::post("/data/{workspace_id}/test-connection", test, summary)
            .also("/data/test-connection")
            .body::<TestBody>()
            .answers::<TestReport>(),
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

async fn test(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<TestBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let TestBody {
        scope,
        source_config,
        database,
        source_id,
    } = parsed.value;
    let scope = scope.unwrap_or_default();
    let trace = Trace::default();
    let (report, field) = match (source_config, database, source_id) {
        (Some(config), None, None) => {
            let place = state
                .sources
                .place(&caller.0, scope, path.0, Access::Write)
                .await?;
            let source_type = config.source_type.unwrap_or(SourceType::Database);
            let connection = config.connection_config.of_type(source_type);
            let tested = state
                .sources
                .test(&place, config.name.as_deref(), connection, &trace)
                .await;
            (tested, "source_config.connection_config")
        }
        (None, Some(database), None) => {
            let place = state
                .sources
                .place(&caller.0, scope, path.0, Access::Write)
                .await?;
            let tested = state.sources.test(&place, None, database, &trace).await;
            (tested, "database")
        }
        (None, None, Some(id)) => {
            let place = state
                .sources
                .place(&caller.0, scope, path.0, Access::Read)
                .await?;
            let missing = || {
                ApiError::not_found("source", "See /data/list for the sources of the workspace.")
            };
            let id = SourceId::parse(&id).map_err(|_| missing())?;
            let tested = state.sources.test_kept(&place, &id, &trace).await;
            (tested, "source_id")
        }
        (None, None, None) => {
            let message = "The body has neither `source_config` nor `database` nor `source_id`.";
            return Err(
                ApiError::new(Code::MISSING_FIELD, message, "Send one of them.")
                    .with("path", "source_config"),
            );
        }
        _ => {
            let message =
                "The body has more than one of `source_config`, `database` and `source_id`.";
            return Err(ApiError::field(
                "source_config",
                message,
                "Send one of them.",
            ));
        }
    };
    let report = report.map_err(|error| refusal(error, field))?;
    answer(report, parsed.warnings)
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
