//! `/openapi.json`

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::http::endpoint::Endpoint;
use crate::http::state::State;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/openapi.json", document, "This description of the API").public()]
}

async fn document(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(state.openapi.to_string())
}
