//! What a caller said that it has already, and in which form it takes the rest.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};

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

/// Whether the caller takes gzip.
pub fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=");
        matches!(name.trim(), "gzip" | "*") && weight.parse::<f32>() != Ok(0.0)
    })
}
