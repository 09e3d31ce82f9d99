//! What a caller said that it has already, and in which form it takes the rest.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_ENCODING, HeaderName, IF_NONE_MATCH};

/// The tags that the caller has, without quotes. Weak and strong ones count the same
/// (RFC 9110 §13.1.2), also since proxies that compress make weak ones of ours.
pub fn known_tags(request: &HttpRequest) -> Vec<String> {
    let tags = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .unwrap_or("");
    tags.split(',')
        .map(|tag| {
            tag.trim()
                .trim_start_matches("W/")
                .trim_matches('"')
                .to_owned()
        })
        .collect()
}

/// What a header accepts, in its order, each with its weight from 0 to 1 (RFC 9110 §12.4.2). A weight
/// that is none counts as if it were left out.
pub fn accepted(request: &HttpRequest, header: HeaderName) -> Vec<(&str, f32)> {
    let value = request.headers().get(header);
    let value = value.and_then(|value| value.to_str().ok());
    let weighted = |part| {
        let (name, parameters) = str::split_once(part, ';').unwrap_or((part, ""));
        let weight = parameters.split(';').find_map(|one| {
            let (name, value) = one.split_once('=')?;
            let weight = value.trim().parse().ok()?;
            let fits = name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight);
            fits.then_some(weight)
        });
        (name.trim(), weight.unwrap_or(1.0))
    };
    value.unwrap_or_default().split(',').map(weighted).collect()
}

/// Whether the caller takes gzip.
pub fn takes_gzip(request: &HttpRequest) -> bool {
    accepted(request, ACCEPT_ENCODING)
        .iter()
        .any(|(name, weight)| matches!(*name, "gzip" | "*") && *weight > 0.0)
}
