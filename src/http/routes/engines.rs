//! `/data/engines`

use serde::Serialize;

use crate::connectors::{Capability, DRIVERS, OptionSpec};
use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/data/engines",
            engines,
            "The engines that can be connected, with their options",
        )
        .public()
        .answers::<Vec<Engine>>(),
    ]
}

#[derive(Serialize, utoipa::ToSchema)]
struct Engine {
    /// The name in requests and answers.
    name: &'static str,
    /// The name for a person.
    title: &'static str,
    aliases: &'static [&'static str],
    url_schemes: &'static [&'static str],
    default_port: Option<u16>,
    #[schema(value_type = Vec<Object>)]
    options: &'static [OptionSpec],
    #[schema(value_type = Object)]
    capability: Capability,
}

async fn engines() -> ApiResult {
    let engines: Vec<_> = DRIVERS
        .iter()
        .map(|driver| Engine {
            name: driver.name,
            title: driver.title,
            aliases: driver.aliases,
            url_schemes: driver.url_schemes,
            default_port: driver.default_port,
            options: driver.options,
            capability: driver.capability,
        })
        .collect();
    Answer::new(engines, "Engines listed")
}
