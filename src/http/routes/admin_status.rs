//! `/admin/status`

use actix_web::web::Data;

use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::extract::Authenticated;
use crate::http::state::State;
use crate::services::status::Status;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    let summary =
        "How the installation stands: backups, disk, key, sources, and what could be safer";
    vec![Endpoint::get("/admin/status", status, summary).answers::<Status>()]
}

async fn status(state: Data<State>, caller: Authenticated) -> ApiResult {
    let operator = state.operators.admit(&caller.0).await?;
    let status = state.installation.status(&operator, &caller.0).await?;
    Answer::new(status, "This is how the installation stands")
}
