//! How requests say who asks, as callers write it: secrets apart from what may be shown.

use hyper::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::settings::Login;
use crate::connectors::options::{given, shown};
use crate::connectors::{ConfigError, Draft};

/// How requests say who asks, as callers write it.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[schema(title = "ApiAuth")]
pub struct AuthInput {
    /// `api_key`, `bearer` or `basic`.
    #[serde(rename = "type")]
    pub kind: AuthKind,
    /// Of an API key: `header` (the default) or `query`.
    #[serde(rename = "in")]
    pub place: Option<KeyPlace>,
    /// Of an API key: the header's or parameter's name; `X-API-Key` or `api_key` where absent.
    pub name: Option<String>,
    /// The API key. Kept sealed, never answered.
    #[serde(alias = "key", alias = "value")]
    #[schema(value_type = Option<String>, write_only)]
    pub api_key: Option<SecretString>,
    /// The bearer token. Kept sealed, never answered.
    #[schema(value_type = Option<String>, write_only)]
    pub token: Option<SecretString>,
    /// The user.
    #[serde(alias = "user")]
    pub username: Option<String>,
    /// The password. Kept sealed, never answered.
    #[schema(value_type = Option<String>, write_only)]
    pub password: Option<SecretString>,
}

/// The ways to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// A key in a header or a parameter.
    ApiKey,
    /// A token.
    Bearer,
    /// A user and a password.
    Basic,
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// In a header.
    Header,
    /// In the address.
    Query,
}

/// Headers that are the client's own business: with them a request could be another one than was checked.
const OWN_HEADERS: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Takes what is said of it into the draft.
pub fn login(draft: &mut Draft, auth: AuthInput) -> Result<Login, ConfigError> {
    let secrets = [auth.api_key, auth.token.clone()];
    if let Some(key) = secrets.into_iter().flatten().find(given) {
        draft.credentials.api_key = Some(key);
    }
    if let Some(password) = auth.password.filter(given) {
        draft.credentials.password = Some(password);
    }
    if let Some(user) = auth.username.filter(|user| !user.is_empty()) {
        draft.settings.username = Some(user);
    }
    let name = auth.name.filter(|name| !name.is_empty());
    Ok(match (auth.kind, auth.place) {
        (AuthKind::Bearer, _) => Login::Bearer,
        (AuthKind::Basic, _) => Login::Basic,
        (AuthKind::ApiKey, Some(KeyPlace::Query)) => {
            Login::Query(name.unwrap_or_else(|| "api_key".to_owned()))
        }
        (AuthKind::ApiKey, _) => {
            let name = name.unwrap_or_else(|| "x-api-key".to_owned());
            let name = header(&name, &SecretString::from("x")).map_err(|error| ConfigError {
                field: "auth.name".to_owned(),
                ..error
            })?;
            Login::Header(name)
        }
    })
}

/// A header's name, in small letters, where it and its value may be sent.
pub fn header(name: &str, value: &SecretString) -> Result<String, ConfigError> {
    let field = format!("headers.{}", shown(name));
    let wrong = |message: String, hint: &str| Err(ConfigError::new(field.clone(), message, hint));
    let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
        let message = format!("'{}' is no name of a header.", shown(name));
        return wrong(message, "Use letters, digits and hyphens.");
    };
    if OWN_HEADERS.contains(&parsed.as_str()) {
        let message = format!("The header '{parsed}' is written by Headwater itself.");
        return wrong(message, "Leave it out.");
    }
    if HeaderValue::from_str(value.expose_secret()).is_err() {
        let message = format!("The value of the header '{parsed}' cannot be sent.");
        return wrong(message, "Use printable ASCII letters in one line.");
    }
    Ok(parsed.as_str().to_owned())
}
