//! `/data/{workspace_id}/search`

use actix_web::web::Data;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, QueryParameters, WorkspacePath};
use crate::http::state::State;
use crate::schema::search::{Kind, Query};
use crate::services::sources::{Found, SearchRequest};

use super::SCOPE;

/// How many hits are answered unless told, and at most.
const LIMIT: usize = 50;
const MOST: usize = 200;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/data/{workspace_id}/search",
            search,
            "Find tables, columns, types, indexes and what is said of them, over all sources of a workspace",
        )
        .also("/data/search")
        .required("q", "What is looked for: words, or their beginnings")
        .query("scope", SCOPE)
        .query("limit", "How many hits are answered, 1 to 200; 50 unless told")
        .query("types", "What is looked for, separated by commas: `schema`, `table`, `column`, `field`, `type`, `index`, `constraint`, `trigger`; all unless told")
        .answers::<Found>(),
    ]
}

async fn search(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let request = SearchRequest {
        query: wanted(query.require("q")?)?,
        kinds: kinds(query.get("types").unwrap_or_default())?,
        limit: limit(query.get("limit"))?,
    };
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    Answer::new(
        state.sources.search(&place, request).await?,
        "Schemas searched",
    )
}

fn wanted(text: &str) -> Result<Query, ApiError> {
    Query::parse(text)
        .map_err(|error| ApiError::field("q", error.to_string(), "Ask for a word or a few."))
}

fn kinds(text: &str) -> Result<Vec<Kind>, ApiError> {
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    let kind = |word: &str| {
        let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| {
            ApiError::field(
                "types",
                "This is nothing that can be looked for.",
                "Use some of schema, table, column, field, type, index, constraint, trigger, separated by commas.",
            )
        })
    };
    words.map(kind).collect()
}

fn limit(text: Option<&str>) -> Result<usize, ApiError> {
    let Some(text) = text else {
        return Ok(LIMIT);
    };
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| {
        ApiError::field(
            "limit",
            format!("'limit' is a number from 1 to {MOST}."),
            "Leave it out for 50.",
        )
    })
}
