//! Floor 3: HTTP. The only place that knows actix-web, statuses and the envelope.

mod answer;
mod assets;
mod body;
pub mod endpoint;
mod error;
mod extract;
mod fence;
mod hosts;
mod negotiate;
pub mod openapi;
mod range;
mod routes;
mod rows;
mod services;
mod stage_lines;
mod state;
mod unique;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

pub use endpoint::{Access, Endpoint};
pub use error::ApiError;
pub use fence::outer;
pub use hosts::ServedHosts;
pub use routes::all as endpoints;
pub use routes::render_schema;
pub use services::refusal;
pub use state::{EndpointInfo, State};

/// The two base paths of the API. In the long form the names must be those of the token.
pub const BASE_PATHS: [&str; 2] = ["/api/v1", "/jarvispy/{organization}/{user}/api/v1"];

/// Enters everything into a router.
pub fn configure(config: &mut ServiceConfig) {
    config.route("/healthz", endpoint::reads().to(routes::healthz));
    config.route("/readyz", endpoint::reads().to(routes::readyz));
    for base in BASE_PATHS {
        let scope = web::scope(base)
            .wrap(from_fn(fence::api))
            .configure(|config| {
                for endpoint in endpoints() {
                    endpoint.register(config);
                }
            });
        config.service(scope.default_service(web::to(fence::nowhere)));
    }
    config.default_service(web::to(assets::serve));
}
