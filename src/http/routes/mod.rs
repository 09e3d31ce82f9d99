//! The endpoints, one file a resource.

mod admin_backups;
mod admin_status;
mod auth;
mod cleanup;
mod connect;
mod engines;
mod files;
mod health;
mod job_answer;
mod jobs;
mod openapi;
mod preview;
mod project_transfer;
mod projects;
mod query;
mod schema;
mod schema_refresh;
mod schema_shape;
mod schema_versions;
mod search;
mod sources;
mod sync;
mod test_connection;
mod users;
mod workspace_archive;
mod workspace_transfer;
mod workspaces;

use serde::Deserialize;

use super::endpoint::Endpoint;
use super::error::ApiError;
use crate::model::Scope;

pub use health::{healthz, readyz};
pub use schema::render as render_schema;

/// Every endpoint of the API, below its base path.
#[must_use]
pub fn all() -> Vec<Endpoint> {
    [
        auth::endpoints(),
        users::endpoints(),
        workspaces::endpoints(),
        projects::endpoints(),
        project_transfer::endpoints(),
        workspace_transfer::endpoints(),
        connect::endpoints(),
        files::endpoints(),
        sources::endpoints(),
        cleanup::endpoints(),
        test_connection::endpoints(),
        schema::endpoints(),
        schema_refresh::endpoints(),
        schema_versions::endpoints(),
        search::endpoints(),
        sync::endpoints(),
        jobs::endpoints(),
        preview::endpoints(),
        query::endpoints(),
        admin_status::endpoints(),
        admin_backups::endpoints(),
        engines::endpoints(),
        openapi::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The longest name of a thing that callers name, in characters.
const NAME_LIMIT: usize = 200;

/// A name as a caller gave it, for what `what` says. Any script and sign will do, but not what
/// would break a line or steer a terminal where the name is shown.
fn name<'a>(text: &'a str, what: &str, path: &str) -> Result<&'a str, ApiError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME_LIMIT {
        let message = format!("{what} has 1 to {NAME_LIMIT} characters.");
        return Err(ApiError::field(path, message, "Choose another name."));
    }
    if name.contains(char::is_control) {
        let message = format!("{what} has no line breaks or other control characters.");
        return Err(ApiError::field(path, message, "Choose another name."));
    }
    Ok(name)
}

/// Refuses to delete all that there is, as a body without `ids` asks for, where it has a field that nobody
/// knows: that one may have been meant to say what goes.
fn all_is_meant(ids: &str, warnings: &[String]) -> Result<(), ApiError> {
    let Some(unknown) = warnings.first() else {
        return Ok(());
    };
    let message = format!("{unknown} Without `{ids}` everything would be deleted; nothing was.");
    let hint =
        format!("Name what goes in `{ids}`, or leave the unknown field out to delete everything.");
    Err(ApiError::field(ids, message, hint))
}

/// What the parameter `scope` does.
const SCOPE: &str = "Whose: `user` (the caller's own, the default) or `organization`";

/// A body that holds nothing but a scope.
#[derive(Deserialize, utoipa::ToSchema)]
struct ScopeBody {
    scope: Option<Scope>,
}
