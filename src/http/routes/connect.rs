//! `/data/{workspace_id}/connect`, in both of its forms.

use actix_web::web::Data;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::auth::permission::Access;
use crate::connectors::input::ConnectionInput;
use crate::http::answer::{Answer, ApiResult};
use crate::http::body;
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::services::refusal;
use crate::http::state::State;
use crate::model::source::{SourceTable, SourceType};
use crate::model::{Scope, SourceId};
use crate::services::sources::{ConnectRequest, Connected, Place};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Connect a database, or several sources at once";
    vec![
        Endpoint::post("/data/{workspace_id}/connect", connect, summary)
            .also("/data/connect")
            .body::<ConnectBody>()
            .answers::<ConnectAnswer>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct ConnectBody {
    scope: Option<Scope>,
    /// One database. Not together with `sources`.
    database: Option<ConnectionInput>,
    /// Whether the rows of all tables are counted exactly.
    #[serde(rename = "computeRowCount", alias = "compute_row_count")]
    compute_row_count: Option<bool>,
    /// Several sources. Not together with `database`.
    #[schema(value_type = Option<Vec<SourceInput>>)]
    sources: Option<Vec<Value>>,
}

/// One of several sources.
#[derive(Deserialize, utoipa::ToSchema)]
struct SourceInput {
    #[serde(rename = "type")]
    source_type: SourceType,
    name: String,
    #[schema(value_type = ConnectionInput)]
    connection_config: Value,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes both forms in the API's document")]
enum ConnectAnswer {
    Database(DatabaseAnswer),
    Sources(SourcesAnswer),
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct DatabaseAnswer {
    connection_status: bool,
    #[serde(rename = "source_id")]
    source_id: Option<SourceId>,
    name: Option<String>,
    engine: Option<&'static str>,
    sources: Vec<SourceTable>,
    error_message: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct SourcesAnswer {
    connected_sources: Vec<ConnectedSource>,
    failed_sources: Vec<FailedSource>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct ConnectedSource {
    id: SourceId,
    name: String,
    #[serde(rename = "type")]
    source_type: SourceType,
    engine: &'static str,
    table_count: usize,
    tables: Vec<SourceTable>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct FailedSource {
    /// The place in the request's list, from 0.
    index: usize,
    name: Option<String>,
    message: String,
    #[schema(value_type = Object)]
    error: Value,
}

/// The most sources of one request.
const SOURCES: usize = 100;
/// How many of them are connected at once.
const AT_ONCE: usize = 4;

async fn connect(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<ConnectBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let request = parsed.value;
    let scope = request.scope.unwrap_or_default();
    let count_rows = request.compute_row_count.unwrap_or(false);
    match (request.database, request.sources) {
        (Some(database), None) => {
            let place = state
                .sources
                .place(&caller.0, scope, path.0, Access::Write)
                .await?;
            let name = database
                .name
                .as_deref()
                .filter(|name| !name.trim().is_empty());
            let name = name.map(|name| super::name(name, "A source's name", "database.name"));
            let connection = ConnectRequest {
                name: name.transpose()?.map(str::to_owned),
                source_type: SourceType::Database,
                connection: database,
                metadata: None,
                count_rows,
            };
            one(&state, &place, connection, parsed.warnings).await
        }
        (None, Some(sources)) if sources.is_empty() => Err(ApiError::field(
            "sources",
            "The list of sources is empty.",
            "Name at least one.",
        )),
        (None, Some(sources)) if sources.len() <= SOURCES => {
            let place = state
                .sources
                .place(&caller.0, scope, path.0, Access::Write)
                .await?;
            many(&state, &place, sources, count_rows, parsed.warnings).await
        }
        (None, Some(_)) => Err(ApiError::field(
            "sources",
            format!("At most {SOURCES} sources are connected at once."),
            "Send less.",
        )),
        (Some(_), Some(_)) => Err(ApiError::field(
            "sources",
            "The body has both `database` and `sources`.",
            "Send one of the two.",
        )),
        (None, None) => Err(ApiError::new(
            Code::MISSING_FIELD,
            "The body has neither `database` nor `sources`.",
            "Send one of the two.",
        )
        .with("path", "database")),
    }
}

async fn one(
    state: &State,
    place: &Place,
    request: ConnectRequest,
    mut warnings: Vec<String>,
) -> ApiResult {
    let connected = state
        .sources
        .connect(place, request)
        .await
        .map_err(|error| {
            let error = refusal(error, "database");
            let failed = json!({
                "connectionStatus": false,
                "source_id": null,
                "sources": [],
                "errorMessage": error.message(),
            });
            error.with_data(failed)
        })?;
    warnings.extend(connected.warnings);
    let answer = DatabaseAnswer {
        connection_status: true,
        source_id: Some(connected.id),
        name: Some(connected.name),
        engine: Some(connected.engine),
        sources: connected.tables,
        error_message: None,
    };
    Ok(Answer::new(answer, "Database connection successful")?.warn(warnings))
}

async fn many(
    state: &State,
    place: &Place,
    sources: Vec<Value>,
    count_rows: bool,
    mut warnings: Vec<String>,
) -> ApiResult {
    let attempts = sources
        .into_iter()
        .enumerate()
        .map(|(index, source)| async move {
            let name = source
                .get("name")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let outcome = named(state, place, index, &source, count_rows).await;
            (index, name, outcome)
        });
    let outcomes: Vec<_> = stream::iter(attempts).buffered(AT_ONCE).collect().await;
    let mut answer = SourcesAnswer {
        connected_sources: Vec::new(),
        failed_sources: Vec::new(),
    };
    for (index, name, outcome) in outcomes {
        match outcome {
            Ok(connected) => {
                warnings.extend(connected.warnings);
                answer.connected_sources.push(ConnectedSource {
                    id: connected.id,
                    name: connected.name,
                    source_type: connected.source_type,
                    engine: connected.engine,
                    table_count: connected.tables.len(),
                    tables: connected.tables,
                });
            }
            Err(error) => answer.failed_sources.push(FailedSource {
                index,
                name,
                message: error.message().to_owned(),
                error: error.body(),
            }),
        }
    }
    if answer.connected_sources.is_empty() && !answer.failed_sources.is_empty() {
        let data = serde_json::to_value(&answer).map_err(|error| ApiError::internal(&error))?;
        let message = answer.failed_sources[0].message.clone();
        let hint = "See data.failed_sources for each source's reason.";
        return Err(ApiError::new(
            Code::ALL_SOURCES_FAILED,
            format!("No source was connected. {message}"),
            hint,
        )
        .with_data(data));
    }
    let message = if answer.failed_sources.is_empty() {
        "Data sources connected successfully"
    } else {
        "Some data sources could not be connected"
    };
    Ok(Answer::new(answer, message)?.warn(warnings))
}

async fn named(
    state: &State,
    place: &Place,
    index: usize,
    source: &Value,
    count_rows: bool,
) -> Result<Connected, ApiError> {
    let path = format!("sources[{index}]");
    let parsed = body::parse_value::<SourceInput>(source, &path)?;
    let input = parsed.value;
    let name = super::name(&input.name, "A source's name", &format!("{path}.name"))?.to_owned();
    let path = format!("{path}.connection_config");
    let mut connection = body::parse_value::<ConnectionInput>(&input.connection_config, &path)?;
    connection.value = connection.value.of_type(input.source_type);
    let request = ConnectRequest {
        name: Some(name),
        source_type: input.source_type,
        connection: connection.value,
        metadata: input.metadata,
        count_rows,
    };
    let mut connected = state
        .sources
        .connect(place, request)
        .await
        .map_err(|error| refusal(error, &path))?;
    connected
        .warnings
        .extend(parsed.warnings.into_iter().chain(connection.warnings));
    Ok(connected)
}
