//! What a caller said that it has already, and in which form it takes the rest.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_ENCODING, HeaderName, IF_NONE_MATCH};

use crate::services::sources::KnownTags;

/// What the caller has, by its tags without quotes, from all headers that say so. Weak and strong
/// ones count the same (RFC 9110 §13.1.2), also since proxies that compress make weak ones of ours.
pub fn known_tags(request: &HttpRequest) -> KnownTags {
    let lists = request.headers().get_all(IF_NONE_MATCH);
    let lists = lists.filter_map(|tags| tags.to_str().ok());
    let tags = lists.flat_map(|tags| tags.split(',')).map(str::trim);
    let mut known = Vec::new();
    for tag in tags.filter(|tag| !tag.is_empty()) {
        if tag == "*" {
            return KnownTags::Any;
        }
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        known.push(tag.trim_matches('"').to_owned());
    }
    KnownTags::These(known)
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
