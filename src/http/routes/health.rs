//! `/healthz` and `/readyz`, outside the API's base path.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::http::state::State;

/// Whether the process runs.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// Whether it can work: the store answers.
pub async fn readyz(state: Data<State>) -> HttpResponse {
    match state.accounts.needs_setup().await {
        Ok(_) => HttpResponse::Ok()
            .content_type("text/plain")
            .body("ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain")
                .body("the store does not answer\n")
        }
    }
}
