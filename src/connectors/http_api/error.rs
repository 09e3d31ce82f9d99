//! What an answer that is no success means, by its status (RFC 9110, §15).

use hyper::StatusCode;

use crate::connectors::{ConnectorError, ErrorKind};

/// The failure that a status stands for; `place` is the address without its parameters.
pub fn refused(status: StatusCode, place: &str) -> ConnectorError {
    let (kind, message, hint) = match status.as_u16() {
        401 => (
            ErrorKind::AuthenticationFailed,
            format!("The API at {place} does not take this login."),
            "Check the key, token or password, and with `auth` that it is sent as the API wants it.",
        ),
        403 => (
            ErrorKind::PermissionDenied,
            format!("The login may not read {place}."),
            "Give the login the right to read it, or leave the endpoint out.",
        ),
        404 | 410 => (
            ErrorKind::DatabaseNotFound,
            format!("There is nothing at {place}."),
            "Check `base_url` and the path of the endpoint.",
        ),
        407 => (
            ErrorKind::ProtocolMismatch,
            format!("A proxy answers at {place}."),
            "Name the API itself in `base_url`.",
        ),
        429 => (
            ErrorKind::TooManyConnections,
            format!("The API at {place} was asked too often."),
            "Wait a while, or ask for larger pages by `pagination`.",
        ),
        502..=504 => (
            ErrorKind::ServerUnavailable,
            format!("The API at {place} is not available at the moment."),
            "Try again later.",
        ),
        300..=399 => (
            ErrorKind::ProtocolMismatch,
            format!("The API at {place} points elsewhere and does not say where."),
            "Check `base_url` and the path of the endpoint.",
        ),
        _ => (
            ErrorKind::ServerError,
            format!(
                "The API at {place} refused the request with the status {}.",
                status.as_u16()
            ),
            "Check the path and the parameters of the endpoint.",
        ),
    };
    ConnectorError::new(kind, message, hint)
}

/// The connection ended in the middle.
pub fn lost(place: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ConnectionLost,
        format!("The connection to {place} ended in the middle of an answer."),
        "Try again; if it stays so, look into the log of the API.",
    )
}

/// Something else answers.
pub fn no_http(place: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("What answers at {place} does not speak HTTP/1.1."),
        "Check the port, and whether the address begins with http or https.",
    )
}

/// More than is taken from an unknown server.
pub fn too_large(what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("One answer of the API is larger than {what}."),
        "Ask for smaller pages by `pagination`.",
    )
}

/// No answer in time.
pub fn silent(place: &str, seconds: u64) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Timeout,
        format!("The API at {place} did not finish its answer within {seconds} s."),
        "Try again later, or ask for smaller pages by `pagination`.",
    )
}
