//! Who asks, as an API's requests say it; and the texts that must stand nowhere else.

use data_encoding::BASE64;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use url::Url;

use super::settings::Login;
use crate::connectors::{ConnectorError, Credentials, ErrorKind, Target};

/// What requests to the API's own host are sent with.
pub struct Identity {
    credentials: Credentials,
    login: Option<Login>,
    username: Option<String>,
}

impl Identity {
    /// That of a target.
    #[must_use]
    pub fn of(target: &Target) -> Self {
        let api = target.settings.api.as_ref();
        Self {
            credentials: target.credentials.clone(),
            login: api.and_then(|api| api.login.clone()),
            username: target.settings.username.clone(),
        }
    }

    /// The secrets themselves.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Adds to a request what says who asks.
    pub fn sign(&self, headers: &mut HeaderMap, url: &mut Url) -> Result<(), ConnectorError> {
        for (name, value) in self.headers() {
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                put(headers, name, &value)?;
            }
        }
        let key = self.credentials.api_key.as_ref();
        match (&self.login, key.map(ExposeSecret::expose_secret)) {
            (Some(Login::Header(name)), Some(key)) => {
                if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                    put(headers, name, key)?;
                }
            }
            (Some(Login::Bearer), Some(key)) => {
                put(headers, AUTHORIZATION, &format!("Bearer {key}"))?;
            }
            (Some(Login::Query(name)), Some(key)) => with_parameter(url, name, key),
            (Some(Login::Basic), _) => {
                put(headers, AUTHORIZATION, &format!("Basic {}", self.basic()))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The caller's own headers.
    fn headers(&self) -> Vec<(String, String)> {
        let text = self
            .credentials
            .headers
            .as_ref()
            .map(ExposeSecret::expose_secret);
        let all: Map<String, Value> = text
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let texts = all.into_iter();
        texts
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect()
    }

    fn basic(&self) -> String {
        let user = self.username.as_deref().unwrap_or_default();
        BASE64.encode(format!("{user}:{}", self.credentials.password()).as_bytes())
    }

    /// A text without any secret.
    #[must_use]
    pub fn without_secrets(&self, text: String) -> String {
        let secrets = self.secrets();
        secrets
            .iter()
            .fold(text, |text, secret| text.replace(secret, "***"))
    }

    /// All texts that must stand in no message, in each form in which they are sent.
    fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<_> = self.headers().into_iter().map(|(_, value)| value).collect();
        let kept = [&self.credentials.api_key, &self.credentials.password];
        for secret in kept.into_iter().flatten().map(ExposeSecret::expose_secret) {
            secrets.push(secret.to_owned());
            secrets.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        }
        if self.login == Some(Login::Basic) {
            secrets.push(self.basic());
        }
        // As an answer in JSON says them back; many writers escape slashes, too.
        let escaped: Vec<_> = (secrets.iter())
            .map(|secret| Value::from(secret.as_str()).to_string())
            .map(|text| text[1..text.len() - 1].to_owned())
            .flat_map(|text| [text.replace('/', "\\/"), text])
            .collect();
        secrets.extend(escaped);
        // Shorter ones would blank out half of every message.
        secrets.retain(|secret| secret.len() >= 3);
        secrets
    }

    /// An error without any secret.
    #[must_use]
    pub fn scrub(&self, error: ConnectorError) -> ConnectorError {
        let secrets = self.secrets();
        secrets
            .iter()
            .fold(error, |error, secret| error.scrubbed(secret))
    }
}

/// Sets a header.
pub fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) -> Result<(), ConnectorError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!("What was given for the header '{name}' cannot be sent."),
            "Use printable ASCII letters in one line.",
        )
    })?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

/// Sets a parameter, in place of one of the same name.
fn with_parameter(url: &mut Url, name: &str, value: &str) {
    let others: Vec<_> = url
        .query_pairs()
        .filter(|(known, _)| known != name)
        .map(|(a, b)| (a.into_owned(), b.into_owned()))
        .collect();
    let mut pairs = url.query_pairs_mut();
    pairs.clear().extend_pairs(others).append_pair(name, value);
}
