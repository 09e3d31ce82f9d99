//! `/data/{workspace_id}/schema/versions` and `/data/{workspace_id}/schema/changes`

use actix_web::web::Data;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::extract::{Authenticated, QueryParameters, WorkspacePath};
use crate::http::services::refusal;
use crate::http::state::State;
use crate::services::sources::{Changes, ChangesRequest, Versions};

use super::SCOPE;

/// What the number of a version is.
pub const NUMBER: &str = "the number of a version";

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/data/{workspace_id}/schema/versions",
            versions,
            "The versions of a source's schema",
        )
        .also("/data/schema/versions")
        .required("source_id", "The id of a source or of a table")
        .query("scope", SCOPE)
        .answers::<Versions>(),
        Endpoint::get(
            "/data/{workspace_id}/schema/changes",
            changes,
            "What changed between two versions of a source's schema",
        )
        .also("/data/schema/changes")
        .required(
            "source_id",
            "The id of a source, or of the one table that is meant",
        )
        .query("scope", SCOPE)
        .query(
            "from",
            "The number of a version; that before `to` unless told",
        )
        .query("to", "The number of a version; the newest unless told")
        .query(
            "since",
            "In place of `from`: a time (RFC 3339); the version that was current then",
        )
        .answers::<Changes>(),
    ]
}

async fn versions(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let versions = state
        .sources
        .versions(&place, query.require("source_id")?)
        .await
        .map_err(|error| refusal(error, "source_id"))?;
    Answer::new(versions, "Versions listed")
}

async fn changes(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let request = ChangesRequest {
        id: query.require("source_id")?.to_owned(),
        from: query.parsed("from", NUMBER)?,
        to: query.parsed("to", NUMBER)?,
        since: query.parsed("since", "a time such as 2027-01-31T08:00:00Z")?,
    };
    let changes = state
        .sources
        .changes(&place, request)
        .await
        .map_err(|error| refusal(error, "source_id"))?;
    Answer::new(changes, "Versions compared")
}
