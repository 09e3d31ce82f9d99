//! `/data/{workspace_id}/preview`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::query::{LIMIT, MOST, RowsAnswer, within};
use crate::auth::permission::Access;
use crate::connectors::read::{Condition, Order, Test};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, WorkspacePath};
use crate::http::rows;
use crate::http::state::State;
use crate::model::Scope;
use crate::services::query::{PreviewRequest, Side};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Look at the rows of a table, at its source or in its copy";
    vec![
        Endpoint::post("/data/{workspace_id}/preview", preview, summary)
            .also("/data/preview")
            .body::<PreviewBody>()
            .answers::<RowsAnswer>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct PreviewBody {
    scope: Option<Scope>,
    /// A source or a table.
    source_id: String,
    /// The table of the source: a name, `schema.name` or an id.
    table: Option<String>,
    /// Rows of a page, 1 to 1,000, as lines or CSV 1 to 100,000; 100 unless told.
    limit: Option<u64>,
    /// The page, from 1.
    page: Option<u64>,
    /// A column, `column desc`, `{"column", "descending"}`, or a list of these.
    #[schema(value_type = Option<Object>)]
    order_by: Option<Value>,
    /// A text that one of the columns contains, in any letter case.
    search_term: Option<String>,
    /// By column: a value, a list of values, null, or `{"eq"|"ne"|"lt"|"lte"|"gt"|"gte"|"contains"|"starts_with"|"in"|"is_null": …}`.
    #[schema(value_type = Option<Object>)]
    column_filters: Option<Map<String, Value>>,
    /// Where; `source` unless told.
    from: Option<Side>,
}

/// Rows of a page unless told.
const PAGE: u64 = 100;
/// Pages beyond this are asked for by a filter or a query.
const PAGES: u64 = 1_000_000;

async fn preview(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<PreviewBody>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let Json(parsed) = body;
    let body = parsed.value;
    // A page to be looked at is short; a file may hold what an answer to a query may.
    let most = if rows::is_file(&request) { MOST } else { LIMIT };
    let limit = within("limit", body.limit, PAGE, most)?;
    let page = within("page", body.page, 1, PAGES)?;
    let wanted = PreviewRequest {
        source_id: body.source_id,
        table: body.table,
        from: body.from.unwrap_or_default(),
        limit,
        offset: (page - 1) * limit,
        order: orders(body.order_by)?,
        search: body.search_term.filter(|text| !text.is_empty()),
        conditions: conditions(body.column_filters.unwrap_or_default())?,
    };
    let scope = body.scope.unwrap_or_default();
    let place = state
        .sources
        .place(&caller.0, scope, path.0, Access::Read)
        .await?;
    let found = state
        .queries
        .preview(&place, wanted, super::schema::render)
        .await?;
    rows::answer(&request, &found, "Preview read", &parsed.warnings)
}

fn orders(value: Option<Value>) -> Result<Vec<Order>, ApiError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(order).collect(),
        Some(one) => Ok(vec![order(&one)?]),
    }
}

fn order(value: &Value) -> Result<Order, ApiError> {
    if let Value::String(text) = value {
        let (column, descending) = match text.rsplit_once(' ') {
            Some((column, direction)) if direction.eq_ignore_ascii_case("desc") => (column, true),
            Some((column, direction)) if direction.eq_ignore_ascii_case("asc") => (column, false),
            _ => (text.as_str(), false),
        };
        return Ok(Order {
            column: column.to_owned(),
            descending,
        });
    }
    let column = value["column"].as_str().map(str::to_owned);
    let descending = value["descending"]
        .as_bool()
        .unwrap_or(value["direction"] == "desc");
    let column = column.ok_or_else(|| {
        ApiError::field(
            "order_by",
            "This is no order.",
            "Write a column, or `column desc`.",
        )
    })?;
    Ok(Order { column, descending })
}

fn conditions(filters: Map<String, Value>) -> Result<Vec<Condition>, ApiError> {
    let mut conditions = Vec::new();
    for (column, value) in filters {
        let mut push = |test| {
            conditions.push(Condition {
                column: column.clone(),
                test,
            });
        };
        match value {
            Value::Null => push(Test::Null),
            Value::Array(values) => push(Test::OneOf(texts(&column, &values)?)),
            Value::Object(tests) => {
                for (name, value) in tests {
                    push(test(&column, &name, &value)?);
                }
            }
            one => push(Test::Equal(text(&column, &one)?)),
        }
    }
    Ok(conditions)
}

fn test(column: &str, name: &str, value: &Value) -> Result<Test, ApiError> {
    let one = || text(column, value);
    Ok(match name {
        "eq" => Test::Equal(one()?),
        "ne" => Test::NotEqual(one()?),
        "lt" => Test::Less(one()?),
        "lte" => Test::AtMost(one()?),
        "gt" => Test::More(one()?),
        "gte" => Test::AtLeast(one()?),
        "contains" => Test::Contains(one()?),
        "starts_with" => Test::StartsWith(one()?),
        "in" => match value {
            Value::Array(values) => Test::OneOf(texts(column, values)?),
            _ => return Err(no_filter(column)),
        },
        "is_null" if *value == Value::Bool(false) => Test::NotNull,
        "is_null" => Test::Null,
        _ => return Err(no_filter(column)),
    })
}

fn texts(column: &str, values: &[Value]) -> Result<Vec<String>, ApiError> {
    values.iter().map(|value| text(column, value)).collect()
}

/// A value in the form that rows have it in.
fn text(column: &str, value: &Value) -> Result<String, ApiError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(if *value { "1" } else { "0" }.to_owned()),
        _ => Err(no_filter(column)),
    }
}

fn no_filter(column: &str) -> ApiError {
    ApiError::field(
        &format!("column_filters.{column}"),
        "This is no filter.",
        "Write a value, a list of values, null, or an object of eq, ne, lt, lte, gt, gte, contains, starts_with, in and is_null.",
    )
}
