//! What a caller may say of an API: checked in whole before anything is dialled.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::{Host as UrlHost, Url};

use super::auth::{AuthInput, header, login};
use super::settings::{By, Endpoint, Login, Method};
use crate::connectors::options::{given, shown};
use crate::connectors::{ConfigError, Draft, Host, TlsMode};

/// The part of a connection that APIs alone have.
pub struct ApiInput {
    /// Where its paths begin.
    pub base_url: Option<SecretString>,
    /// What becomes tables.
    pub endpoints: Option<Vec<Endpoint>>,
    /// Headers that are sent with each request.
    pub headers: Option<BTreeMap<String, SecretString>>,
    /// How requests say who asks.
    pub auth: Option<AuthInput>,
    /// The key, in the short form.
    pub api_key: Option<SecretString>,
}

impl ApiInput {
    /// Whether anything is said.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.base_url.is_some()
            || self.endpoints.is_some()
            || self.headers.is_some()
            || self.auth.is_some()
            || self.api_key.is_some()
    }
}

/// The most endpoints of one source.
const ENDPOINTS: usize = 500;

/// Parameters under which APIs take secrets, in small letters without `_` and `-`.
const SECRET_NAMES: &[&str] = &[
    "accesstoken",
    "apikey",
    "apitoken",
    "appkey",
    "auth",
    "authtoken",
    "clientsecret",
    "key",
    "passwd",
    "password",
    "refreshtoken",
    "secret",
    "sig",
    "signature",
    "token",
];

/// No option is an API's own: what it takes are fields.
#[allow(clippy::unnecessary_wraps, reason = "the form that all engines share")]
pub fn parameter(_: &mut Draft, _: &str, _: &str) -> Result<bool, ConfigError> {
    Ok(false)
}

/// Takes an API's own fields into the draft.
pub fn take(draft: &mut Draft, input: ApiInput) -> Result<(), ConfigError> {
    let mut api = draft.settings.api.take().unwrap_or_default();
    if let Some(text) = input.base_url {
        let url = base_url(text.expose_secret())?;
        draft.settings.hosts = vec![host_of(&url)?];
        api.base_url = url.into();
    }
    if let Some(endpoints) = input.endpoints {
        api.endpoints = endpoints;
    }
    if let Some(key) = input.api_key.filter(given) {
        draft.credentials.api_key = Some(key);
        // What is kept, or told beside it, says more.
        api.login
            .get_or_insert_with(|| Login::Header("x-api-key".to_owned()));
    }
    if let Some(auth) = input.auth {
        api.login = Some(login(draft, auth)?);
    }
    if let Some(headers) = input.headers {
        let headers: Map<_, Value> = headers
            .into_iter()
            .map(|(name, value)| Ok((header(&name, &value)?, value.expose_secret().into())))
            .collect::<Result<_, ConfigError>>()?;
        if !headers.is_empty() {
            draft.credentials.headers = Some(Value::Object(headers).to_string().into());
        }
    }
    draft.settings.api = Some(api);
    Ok(())
}

/// Checks a whole draft, and settles what was left open.
pub fn complete(draft: &mut Draft) -> Result<(), ConfigError> {
    draft
        .settings
        .options
        .remove(crate::connectors::input::SCHEME_OPTION);
    let Some(mut api) = draft
        .settings
        .api
        .take()
        .filter(|api| !api.base_url.is_empty())
    else {
        let message = "No `base_url` says where the API is.";
        return Err(ConfigError::new("base_url", message, BASE_URL_HINT));
    };
    let url = base_url(&api.base_url)?;
    let settings = &mut draft.settings;
    let place = host_of(&url)?;
    if settings.hosts != [place.clone()] || settings.database.take().is_some() {
        settings.hosts = vec![place];
        draft.warnings.push(
            "An API is where `base_url` says; host, port and database were ignored.".to_owned(),
        );
    }
    tls(draft, &url)?;
    if draft.settings.username.is_some() || draft.credentials.password.is_some() {
        api.login.get_or_insert(Login::Basic);
    }
    if api.login == Some(Login::Basic) && draft.settings.username.is_none() {
        let message = "A login by password has no user.";
        return Err(ConfigError::new(
            "auth.username",
            message,
            "Give `auth.username`.",
        ));
    }
    if api.endpoints.is_empty() {
        api.endpoints.push(Endpoint::default());
    }
    if api.endpoints.len() > ENDPOINTS {
        let message = format!("There are more than {ENDPOINTS} endpoints.");
        return Err(ConfigError::new(
            "endpoints",
            message,
            "Make several sources of them.",
        ));
    }
    let mut names = BTreeSet::new();
    for (number, endpoint) in api.endpoints.iter_mut().enumerate() {
        let field = format!("endpoints[{number}]");
        check(endpoint, &url, &field)?;
        if !names.insert(endpoint.table().to_owned()) {
            let message = format!("Two endpoints have the name '{}'.", shown(endpoint.table()));
            let field = format!("{field}.name");
            return Err(ConfigError::new(
                field,
                message,
                "Each is a table of its own name.",
            ));
        }
    }
    draft.settings.api = Some(api);
    Ok(())
}

const BASE_URL_HINT: &str = "Write it as https://host/path.";

fn base_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = |message: &str, hint: &str| ConfigError::new("base_url", message, hint);
    let url = Url::parse(text.trim()).map_err(|_| wrong("`base_url` is no URL.", BASE_URL_HINT))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong(
            "`base_url` is no URL of http or https.",
            BASE_URL_HINT,
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "`base_url` holds a login.",
            "Give it as `auth`, where it is kept sealed.",
        ));
    }
    if url.fragment().is_some() {
        return Err(wrong(
            "`base_url` has a part behind a #.",
            "Leave that out.",
        ));
    }
    no_secrets(url.query_pairs().map(|(name, _)| name), "base_url")?;
    Ok(url)
}

/// The host of a URL as it is dialled, with its port.
pub fn host_of(url: &Url) -> Result<Host, ConfigError> {
    let name = match url.host() {
        Some(UrlHost::Domain(name)) => name.to_owned(),
        Some(UrlHost::Ipv4(ip)) => Ipv4Addr::to_string(&ip),
        Some(UrlHost::Ipv6(ip)) => Ipv6Addr::to_string(&ip),
        None => {
            return Err(ConfigError::new(
                "base_url",
                "The URL has no host.",
                BASE_URL_HINT,
            ));
        }
    };
    Ok(Host {
        name,
        port: url.port_or_known_default(),
    })
}

/// `https` is what the scheme says, and is checked in full where nobody asked for less.
fn tls(draft: &mut Draft, url: &Url) -> Result<(), ConfigError> {
    let tls = &mut draft.settings.tls;
    let secure = url.scheme() == "https";
    let refused = |message: &str| {
        let hint = "Write https:// for TLS and http:// for none.";
        Err(ConfigError::new("options.tls", message, hint))
    };
    tls.mode = Some(match (secure, tls.mode) {
        (true, Some(TlsMode::Disable)) => {
            return refused("The URL says https and the option none.");
        }
        (false, Some(mode)) if mode >= TlsMode::Require => {
            return refused("The URL says http and the option TLS.");
        }
        (true, None) => TlsMode::VerifyFull,
        (true, Some(TlsMode::Prefer)) => TlsMode::Require,
        (true, Some(mode)) => mode,
        (false, _) => TlsMode::Disable,
    });
    let secrets = draft.credentials.fields().next().is_some();
    if !secure && secrets {
        let warning =
            "The API is asked over plain http, where what it is sent can be read on the way.";
        draft.warnings.push(warning.to_owned());
    }
    Ok(())
}

fn check(endpoint: &mut Endpoint, base: &Url, field: &str) -> Result<(), ConfigError> {
    let wrong = |part: &str, message: &str, hint: &str| {
        Err(ConfigError::new(format!("{field}.{part}"), message, hint))
    };
    let path = endpoint.path.as_deref().unwrap_or_default();
    if path.contains("://") || path.contains('#') || path.contains(char::is_control) {
        return wrong(
            "path",
            "`path` is no path below `base_url`.",
            "Write it as /orders; an API at another host is another source.",
        );
    }
    let params = endpoint.params.iter().flatten();
    no_secrets(
        params.clone().map(|(name, _)| name),
        &format!("{field}.params"),
    )?;
    if params.clone().any(|(_, value)| value.is_object()) {
        return wrong(
            "params",
            "A parameter is no single value.",
            "Write texts, numbers or lists of them.",
        );
    }
    let Ok(url) = address(base, endpoint) else {
        return wrong("path", "`path` makes no URL.", "Write it as /orders.");
    };
    no_secrets(
        url.query_pairs().map(|(name, _)| name),
        &format!("{field}.path"),
    )?;
    if endpoint
        .name
        .as_deref()
        .is_none_or(|name| name.trim().is_empty())
    {
        let last = url
            .path_segments()
            .and_then(|mut parts| parts.rfind(|part| !part.is_empty()));
        endpoint.name = Some(last.unwrap_or("records").to_owned());
    }
    if endpoint.table().contains('\0') {
        return wrong("name", "`name` holds a NUL.", "Remove it.");
    }
    if let Some(Value::Object(body)) = &endpoint.body {
        no_secrets(body.keys(), &format!("{field}.body"))?;
    }
    if endpoint.body.is_some() && endpoint.method.unwrap_or_default() == Method::Get {
        return wrong("body", "`GET` has no body.", "Set `method` to POST.");
    }
    if endpoint.cursor_param.is_some() && endpoint.cursor_field.is_none() {
        return wrong(
            "cursor_param",
            "`cursor_param` stands without `cursor_field`.",
            "Give both.",
        );
    }
    if let Some(pages) = &endpoint.pagination
        && (pages.size == Some(0) || pages.max_pages == Some(0))
    {
        return wrong(
            "pagination",
            "A page has at least one record, and there is at least one.",
            "Use 1 or more.",
        );
    }
    if let Some(pages) = &endpoint.pagination
        && pages.by == By::Page
        && pages.size.is_some()
        && pages.size_param.is_none()
    {
        return wrong(
            "pagination.size_param",
            "`size` is sent under no name.",
            "Give `size_param`, such as per_page.",
        );
    }
    Ok(())
}

/// The address of an endpoint, without the parameters of pages.
pub fn address(base: &Url, endpoint: &Endpoint) -> Result<Url, url::ParseError> {
    let mut url = base.clone();
    let path = endpoint.path.as_deref().unwrap_or_default().trim();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if !path.is_empty() {
        let joined = format!(
            "{}/{}",
            url.path().trim_end_matches('/'),
            path.trim_start_matches('/')
        );
        url.set_path(&joined);
    }
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        url.query_pairs_mut().append_pair(&name, &value);
    }
    for (name, value) in endpoint.params.iter().flatten() {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            Value::Null => continue,
            value => std::slice::from_ref(value),
        };
        for value in values {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            url.query_pairs_mut().append_pair(name, &text);
        }
    }
    // What was put together is read again as a whole.
    Url::parse(url.as_str())
}

/// Settings are kept and shown as they are, so that a secret among them is refused.
fn no_secrets(
    names: impl Iterator<Item = impl AsRef<str>>,
    field: &str,
) -> Result<(), ConfigError> {
    for name in names {
        let name = name.as_ref();
        let plain = name.to_lowercase().replace(['_', '-'], "");
        if SECRET_NAMES.contains(&plain.as_str()) {
            return Err(ConfigError::new(
                field,
                format!(
                    "The parameter '{}' looks like a secret, and would be kept in the open.",
                    shown(name)
                ),
                "Give it as auth: {\"type\": \"api_key\", \"in\": \"query\", \"name\": …, \"api_key\": …}, or in `headers`.",
            ));
        }
    }
    Ok(())
}
