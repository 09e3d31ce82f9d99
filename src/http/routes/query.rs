//! `/data/{workspace_id}/query`

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::permission::Access;
use crate::connectors::read::Statement;
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::rows;
use crate::http::state::State;
use crate::model::Scope;
use crate::rows::RowColumn;
use crate::services::query::QueryRequest;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Run a statement that only reads, at a source or in the workspace's own store";
    vec![
        Endpoint::post("/data/{workspace_id}/query", query, summary)
            .also("/data/query")
            .body::<QueryBody>()
            .answers::<RowsAnswer>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct QueryBody {
    scope: Option<Scope>,
    /// A source's id, or `local` for the workspace's own store.
    source_id: String,
    /// The statement, of engines that speak SQL.
    sql: Option<String>,
    /// Values for the parameters of `sql`, in order.
    #[schema(value_type = Option<Vec<Object>>)]
    params: Option<Vec<Value>>,
    /// MongoDB: the fields of a `find` command (`find` or `collection`, `filter`, `projection`, `sort`, …).
    #[schema(value_type = Option<Object>)]
    find: Option<Map<String, Value>>,
    /// MongoDB: the stages of an aggregation.
    #[schema(value_type = Option<Vec<Object>>)]
    pipeline: Option<Vec<Value>>,
    /// MongoDB: the collection of `pipeline`.
    collection: Option<String>,
    /// The most rows, 1 to 100,000; 1,000 unless told.
    limit: Option<u64>,
    /// How long it may take, in milliseconds, up to 300,000; 30,000 unless told.
    timeout_ms: Option<u64>,
}

/// Rows, in the envelope; `application/x-ndjson` and `text/csv` hold the rows alone.
#[derive(Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes the answer in the API's document")]
pub struct RowsAnswer {
    columns: Vec<RowColumn>,
    /// A list of values for each row, in the order of `columns`.
    #[schema(value_type = Vec<Vec<Object>>)]
    rows: Vec<Vec<Value>>,
    row_count: u64,
    /// Whether there are more.
    truncated: bool,
    /// What was reached: `limit` or `bytes`.
    truncated_by: Option<String>,
    /// How many values were longer than 256 KiB, and were cut.
    cut_values: u64,
    seconds: f64,
}

/// Rows, unless told, and at most.
pub const LIMIT: u64 = 1_000;
pub const MOST: u64 = 100_000;
const TIMEOUT: u64 = 30_000;
const LONGEST: u64 = 300_000;

async fn query(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<QueryBody>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let Json(parsed) = body;
    let mut body = parsed.value;
    let limit = within("limit", body.limit, LIMIT, MOST)?;
    let timeout = within("timeout_ms", body.timeout_ms, TIMEOUT, LONGEST)?;
    let statement = statement(&mut body)?;
    let scope = body.scope.unwrap_or_default();
    let place = state
        .sources
        .place(&caller.0, scope, path.0, Access::Read)
        .await?;
    let wanted = QueryRequest {
        source_id: body.source_id,
        statement,
        limit,
        timeout: Duration::from_millis(timeout),
    };
    let answered = state.queries.query(&place, wanted).await?;
    rows::answer(&request, &answered, "Query answered", &parsed.warnings)
}

/// A number of the request, 1 to `most`.
pub fn within(path: &str, value: Option<u64>, usual: u64, most: u64) -> Result<u64, ApiError> {
    let value = value.unwrap_or(usual);
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    let message = format!("This is a number from 1 to {most}.");
    Err(ApiError::field(
        path,
        message,
        format!("Leave it out for {usual}."),
    ))
}

fn statement(body: &mut QueryBody) -> Result<Statement, ApiError> {
    let params = body.params.take().unwrap_or_default();
    let one = |path, message: &str| {
        Err(ApiError::field(
            path,
            message,
            "Give one of `sql`, `find` and `pipeline`.",
        ))
    };
    match (body.sql.take(), body.find.take(), body.pipeline.take()) {
        (Some(text), None, None) => Ok(Statement::Sql { text, params }),
        (None, Some(find), None) => Ok(Statement::Find(find)),
        (None, None, Some(stages)) => match body.collection.take() {
            Some(collection) => Ok(Statement::Pipeline { collection, stages }),
            None => one(
                "collection",
                "A pipeline needs the collection that it begins with.",
            ),
        },
        (None, None, None) => one("sql", "There is no statement."),
        _ => one("sql", "There are several statements."),
    }
}
