//! The connection as callers write it: the fields with their aliases, a URL, options.

mod host;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::config::{ConfigError, Draft, Host, Settings};
use super::http_api::{self, ApiInput, AuthInput, Endpoint};
use super::options::{given, option, shown};
use super::url::{self, ConnectionUrl};
use super::{DRIVERS, Driver, driver};
use crate::model::source::SourceType;

/// The body of `database` and of `connection_config`. Every field may be absent or null.
#[derive(Clone, Default, Deserialize, utoipa::ToSchema)]
#[schema(title = "DatabaseConnection")]
pub struct ConnectionInput {
    /// The engine; told from `url`, `port` or the server itself where absent.
    #[serde(rename = "databaseType", alias = "database_type", alias = "engine")]
    pub database_type: Option<String>,
    /// The server's name or address.
    pub host: Option<String>,
    /// The server's port; the engine's own where absent.
    #[schema(minimum = 1)]
    pub port: Option<u16>,
    /// The database; of SQLite, the file below the files folder.
    #[serde(alias = "databaseName", alias = "database_name", alias = "path")]
    pub database: Option<String>,
    /// The user.
    #[serde(alias = "user")]
    pub username: Option<String>,
    /// The password. Kept sealed, never answered.
    #[schema(value_type = Option<String>, write_only)]
    pub password: Option<SecretString>,
    /// The name of the source.
    pub name: Option<String>,
    /// The one schema (namespace) that is wanted.
    pub schema: Option<String>,
    /// The tables that are wanted, as `table` or `schema.table`.
    #[serde(alias = "selectedTables", alias = "selected_tables")]
    pub tables: Option<BTreeSet<String>>,
    /// The tables that are not.
    #[serde(rename = "ignoreTables", alias = "ignore_tables")]
    pub ignore_tables: Option<BTreeSet<String>>,
    /// The columns that are wanted: a list of `table.column`, or lists by table.
    #[serde(rename = "selectedColumns", alias = "selected_columns")]
    pub selected_columns: Option<Columns>,
    /// The columns that are not.
    #[serde(rename = "ignoreColumns", alias = "ignore_columns")]
    pub ignore_columns: Option<Columns>,
    /// A read-only select that is shown as one more table.
    pub query: Option<String>,
    /// The database, in the words of engines that call it a catalog.
    pub catalog: Option<String>,
    /// A connection URL in the engine's own syntax, in place of the separate fields. A field that
    /// is given beside it counts more.
    #[schema(value_type = Option<String>, write_only)]
    pub url: Option<SecretString>,
    /// Of files: csv, tsv, json, jsonl, parquet, excel or sqlite; told by the ending where absent.
    pub format: Option<String>,
    /// TLS (`tls`, `tls_ca`, `tls_certificate`, `tls_key`) and the engine's own options.
    #[schema(value_type = Option<Object>)]
    pub options: Option<Map<String, Value>>,
    /// Of an API: where its paths begin.
    #[schema(value_type = Option<String>)]
    pub base_url: Option<SecretString>,
    /// Of an API: what becomes tables. Without any it is `base_url` itself.
    pub endpoints: Option<Vec<Endpoint>>,
    /// Of an API: headers that are sent with each request. Their values are kept sealed, never answered.
    #[schema(value_type = Option<BTreeMap<String, String>>, write_only)]
    pub headers: Option<BTreeMap<String, SecretString>>,
    /// Of an API: how requests say who asks.
    pub auth: Option<AuthInput>,
    /// Of an API: its key, sent as the header `X-API-Key` where `auth` says nothing else. Kept sealed, never answered.
    #[schema(value_type = Option<String>, write_only)]
    pub api_key: Option<SecretString>,
    /// Whether an API is meant, whatever else is said.
    #[serde(skip)]
    pub is_api: bool,
}

/// Columns as callers write them.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Columns {
    /// `column` or `table.column`.
    List(BTreeSet<String>),
    /// Columns by table.
    ByTable(BTreeMap<String, BTreeSet<String>>),
}

impl Columns {
    fn qualified(self) -> BTreeSet<String> {
        match self {
            Self::List(columns) => columns,
            Self::ByTable(tables) => tables
                .into_iter()
                .flat_map(|(table, columns)| {
                    columns
                        .into_iter()
                        .map(move |column| format!("{table}.{column}"))
                })
                .collect(),
        }
    }
}

impl fmt::Debug for ConnectionInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionInput")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// How the engine was told.
#[derive(Debug, Clone, Copy)]
pub enum Engine {
    /// By name, URL or port.
    Told(&'static Driver),
    /// By nothing: the server has to be asked.
    Ask,
}

impl ConnectionInput {
    /// Tells the engine from the name, else the URL's scheme, else the port.
    ///
    /// # Errors
    /// [`ConfigError`] where a name or scheme is none of ours.
    pub fn engine(&self) -> Result<Engine, ConfigError> {
        use secrecy::ExposeSecret;

        let known = || {
            let names: Vec<_> = DRIVERS.iter().map(|d| d.name).collect();
            format!("Use one of {}.", names.join(", "))
        };
        if let Some(name) = present(self.database_type.as_deref()) {
            let unknown = || {
                let message = format!("'{}' is no engine that is known here.", shown(name));
                ConfigError::new("databaseType", message, known())
            };
            return driver(name).map(Engine::Told).ok_or_else(unknown);
        }
        if self.is_api || self.base_url.is_some() {
            return Ok(Engine::Told(&http_api::DRIVER));
        }
        if let Some(text) = self.url.as_ref().map(ExposeSecret::expose_secret) {
            let by_scheme = url::scheme(text).and_then(|s| {
                DRIVERS
                    .iter()
                    .find(|d| d.url_schemes.contains(&s.as_str()))
                    .copied()
            });
            let unknown = || {
                ConfigError::new(
                    "url",
                    "The URL's scheme is no engine that is known here.",
                    known(),
                )
            };
            return by_scheme.map(Engine::Told).ok_or_else(unknown);
        }
        let by_port = |port| {
            DRIVERS
                .iter()
                .find(|d| d.default_port == Some(port))
                .copied()
        };
        Ok(self
            .port
            .and_then(by_port)
            .map_or(Engine::Ask, Engine::Told))
    }

    /// Where a server would have to be asked for its engine; `None` where host or port is missing.
    ///
    /// # Errors
    /// [`ConfigError`] where `host` can be none.
    pub fn place_to_ask(&self) -> Result<Option<(Host, u16)>, ConfigError> {
        let (Some(name), Some(port)) = (present(self.host.as_deref()), self.port) else {
            return Ok(None);
        };
        let name = host::without_brackets(name).to_owned();
        host::check(&name)?;
        let host = Host {
            name,
            port: Some(port),
        };
        Ok(Some((host, port)))
    }

    /// The same for a source that is said to be of this type.
    #[must_use]
    pub fn of_type(mut self, source_type: SourceType) -> Self {
        self.is_api = source_type == SourceType::Api;
        match source_type {
            SourceType::File => self.of_file(),
            SourceType::Database | SourceType::Api => self,
        }
    }

    /// The same for a source that is said to be a file, whatever else is said: a database file is
    /// its own engine's.
    #[must_use]
    fn of_file(mut self) -> Self {
        use secrecy::ExposeSecret;

        let named = self.database.clone().or_else(|| {
            let url = self.url.as_ref()?.expose_secret();
            Some(url.split(['?', '#']).next().unwrap_or(url).to_owned())
        });
        let ending = named.as_deref().and_then(|path| path.rsplit_once('.'));
        let is_database = match present(self.format.as_deref()) {
            Some(format) => format.eq_ignore_ascii_case("sqlite"),
            None => ending.is_some_and(|(_, ending)| {
                let ending = ending.to_ascii_lowercase();
                ["sqlite", "sqlite3", "db", "db3"].contains(&ending.as_str())
            }),
        };
        let driver = if is_database {
            &super::sqlite::DRIVER
        } else {
            &super::file::DRIVER
        };
        if is_database {
            self.format = None;
            // Its driver reads its own schemes alone.
            if let Some(path) = self
                .url
                .as_ref()
                .and_then(|url| ConnectionUrl::parse(url.expose_secret()).ok()?.file_path())
            {
                self.url = None;
                self.database.get_or_insert(path);
            }
        }
        self.database_type = Some(driver.name.to_owned());
        self
    }

    /// Whether it says where to connect, rather than changing some fields of what is kept.
    #[must_use]
    pub fn names_a_place(&self) -> bool {
        present(self.host.as_deref()).is_some()
            || self.url.is_some()
            || self.base_url.is_some()
            || self.database_type.is_some()
    }

    /// What is said of an API alone.
    fn take_api(&mut self) -> ApiInput {
        ApiInput {
            base_url: self.base_url.take(),
            endpoints: self.endpoints.take(),
            headers: self.headers.take(),
            auth: self.auth.take(),
            api_key: self.api_key.take(),
        }
    }

    /// Reads the whole connection for this engine.
    ///
    /// # Errors
    /// [`ConfigError`] that names the field that the engine cannot work with.
    pub fn draft(self, driver: &'static Driver) -> Result<Draft, ConfigError> {
        self.draft_over(driver, Settings::default())
    }

    /// Reads it on top of `base`: the settings that are kept under the same name, where the caller
    /// changes some of their fields alone.
    ///
    /// # Errors
    /// [`ConfigError`] that names the field that the engine cannot work with.
    pub fn draft_over(
        mut self,
        driver: &'static Driver,
        base: Settings,
    ) -> Result<Draft, ConfigError> {
        use secrecy::ExposeSecret;

        let mut draft = Draft {
            settings: base,
            ..Draft::default()
        };
        let api = self.take_api();
        if driver.name == http_api::DRIVER.name {
            http_api::take(
                &mut draft,
                ApiInput {
                    base_url: api.base_url.or(self.url.take()),
                    ..api
                },
            )?;
        } else if api.is_given() {
            let warning =
                "base_url, endpoints, headers, auth and api_key are an API's, and were ignored.";
            draft.warnings.push(warning.to_owned());
        }
        if let Some(text) = &self.url {
            read_url(&mut draft, driver, text.expose_secret())?;
        }
        if let Some(name) = present(self.host.as_deref()) {
            let port = self.port;
            draft.settings.hosts = vec![Host {
                name: host::without_brackets(name).to_owned(),
                port,
            }];
        } else if let Some(port) = self.port {
            draft.host_mut().port = Some(port);
        }
        if self.port == Some(0) {
            return Err(ConfigError::new(
                "port",
                "0 is no port.",
                "Use a number from 1 to 65535.",
            ));
        }
        if let (Some(database), Some(catalog)) = (&self.database, &self.catalog)
            && database != catalog
        {
            return Err(ConfigError::new(
                "catalog",
                "`database` and `catalog` name two different databases.",
                "Give one of them.",
            ));
        }
        let settings = &mut draft.settings;
        replace(&mut settings.database, self.database.or(self.catalog));
        replace(&mut settings.username, self.username);
        let wanted = &mut settings.selection;
        replace(&mut wanted.schema, self.schema);
        replace(
            &mut wanted.query,
            self.query.filter(|q| !q.trim().is_empty()),
        );
        for (slot, given) in [
            (&mut wanted.tables, self.tables),
            (&mut wanted.ignore_tables, self.ignore_tables),
            (
                &mut wanted.columns,
                self.selected_columns.map(Columns::qualified),
            ),
            (
                &mut wanted.ignore_columns,
                self.ignore_columns.map(Columns::qualified),
            ),
        ] {
            if let Some(given) = given {
                *slot = given;
            }
        }
        if settings.selection.query.is_some() && !driver.capability.query {
            let message = format!("{} sources take no `query`.", driver.title);
            return Err(ConfigError::new("query", message, "Leave it out."));
        }
        if let Some(password) = self.password.filter(given) {
            draft.credentials.password = Some(password);
        }
        for (key, value) in self.options.unwrap_or_default() {
            let field = format!("options.{}", shown(&key));
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                // How files are written is said by more than one word.
                Value::Array(_) | Value::Object(_) if !driver.capability.network => {
                    value.to_string()
                }
                Value::Array(_) | Value::Object(_) => {
                    let message = format!("`{field}` takes a text, a number or a boolean.");
                    return Err(ConfigError::new(field, message, "Write it as one value."));
                }
            };
            option(&mut draft, driver, &key, &text)
                .map_err(|error| ConfigError { field, ..error })?;
        }
        if let Some(format) = present(self.format.as_deref()) {
            option(&mut draft, driver, "format", format)?;
        }
        (driver.complete)(&mut draft)?;
        no_nul(&draft)?;
        hosts_are_hosts(&draft)?;
        Ok(draft)
    }
}

fn read_url(draft: &mut Draft, driver: &Driver, text: &str) -> Result<(), ConfigError> {
    let url = ConnectionUrl::parse(text)?;
    if !driver.url_schemes.contains(&url.scheme.as_str()) {
        let message = format!("The URL's scheme is none of {}.", driver.title);
        let schemes = driver.url_schemes.join(", ");
        return Err(ConfigError::new(
            "url",
            message,
            format!("Use one of {schemes}."),
        ));
    }
    if driver.capability.network {
        draft.settings.hosts = url.hosts;
        draft.settings.database = url.path;
    } else {
        draft.settings.database = url.file_path();
    }
    draft.settings.username = url.username;
    draft.credentials.password = url.password;
    draft
        .settings
        .options
        .insert(SCHEME_OPTION.to_owned(), url.scheme);
    for (key, value) in &url.parameters {
        option(draft, driver, key, value).map_err(|error| ConfigError {
            field: "url".to_owned(),
            ..error
        })?;
    }
    Ok(())
}

/// Where a URL's scheme stands among the options while a draft is completed, for engines in which
/// it says more than the engine's name (`mongodb+srv`). `complete` takes it out.
pub const SCHEME_OPTION: &str = "scheme";

/// Reads settings that were kept elsewhere as if a caller wrote them now.
///
/// # Errors
/// [`ConfigError`] that names the field that the engine cannot work with.
pub fn rechecked(driver: &'static Driver, settings: Settings) -> Result<Settings, ConfigError> {
    let mut aside = Draft::default();
    for (key, value) in &settings.options {
        option(&mut aside, driver, key, value).map_err(|error| ConfigError {
            field: format!("options.{}", shown(key)),
            ..error
        })?;
    }
    let draft = ConnectionInput::default().draft_over(driver, settings)?;
    Ok(draft.settings)
}

fn no_nul(draft: &Draft) -> Result<(), ConfigError> {
    let settings = &draft.settings;
    let hosts = settings.hosts.iter().map(|h| ("host", h.name.as_str()));
    let rest = [
        ("database", &settings.database),
        ("username", &settings.username),
    ];
    let rest = rest
        .into_iter()
        .filter_map(|(field, text)| Some((field, text.as_deref()?)));
    let password = [("password", draft.credentials.password())];
    match hosts
        .chain(rest)
        .chain(password)
        .find(|(_, text)| text.contains('\0'))
    {
        Some((field, _)) => Err(ConfigError::new(
            field,
            format!("`{field}` holds a NUL."),
            "Remove it.",
        )),
        None => Ok(()),
    }
}

fn hosts_are_hosts(draft: &Draft) -> Result<(), ConfigError> {
    let mut hosts = draft.settings.hosts.iter();
    hosts.try_for_each(|host| host::check(&host.name))
}

fn present(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|t| !t.is_empty())
}

fn replace(slot: &mut Option<String>, given: Option<String>) {
    if let Some(text) = given.filter(|t| !t.is_empty()) {
        *slot = Some(text);
    }
}
