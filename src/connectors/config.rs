//! How a source is reached: settings that may be shown and kept, and credentials that may not.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::files::Files;
use super::http_api::ApiSettings;
use super::{Context, Driver, Selection};

/// Settings that an engine cannot work with. The caller's to mend; nothing was dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The field within the connection, such as `url` or `options.tls`.
    pub field: String,
    /// What is wrong, in a sentence. Never holds a secret.
    pub message: String,
    /// What to do, in a sentence.
    pub hint: String,
}

impl ConfigError {
    /// Settings whose `field` is wrong.
    pub fn new(
        field: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// A name, an address, or (with a leading `/`) the path of a Unix socket or its folder.
    pub name: String,
    /// The port; the engine's own where absent.
    pub port: Option<u16>,
}

impl Host {
    /// Whether this is a Unix socket.
    #[must_use]
    pub fn is_socket(&self) -> bool {
        self.name.starts_with('/')
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.contains(':'), self.port) {
            (true, Some(port)) => write!(f, "[{}]:{port}", self.name),
            (false, Some(port)) if !self.is_socket() => write!(f, "{}:{port}", self.name),
            _ => f.write_str(&self.name),
        }
    }
}

/// How much of TLS is asked for; libpq's words, and what they mean there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Never.
    Disable,
    /// Where the server offers it; its certificate is not checked.
    Prefer,
    /// Always; the certificate is not checked.
    Require,
    /// Always; the certificate must be signed by a trusted authority.
    VerifyCa,
    /// Always; and it must be made out to the host's name.
    VerifyFull,
}

impl TlsMode {
    /// Reads `disable`, `prefer`, `require`, `verify-ca`, `verify-full` (or with `_`), and the
    /// spellings `true`, `false`, `skip-verify`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "disable" | "disabled" | "false" | "off" | "no" | "0" => Self::Disable,
            "prefer" | "preferred" | "allow" => Self::Prefer,
            "require" | "required" | "true" | "on" | "yes" | "1" | "skip-verify" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" | "verify-identity" => Self::VerifyFull,
            _ => return None,
        })
    }
}

/// What is asked of TLS. PEM texts, never paths: nothing of the machine's own is read for a caller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsSettings {
    /// How much; see [`TlsSettings::mode`] for what absence means.
    pub mode: Option<TlsMode>,
    /// Authorities to trust, as PEM, instead of the system's.
    pub ca: Option<String>,
    /// The client's certificate chain, as PEM. Its key is among the credentials.
    pub client_certificate: Option<String>,
}

impl TlsSettings {
    /// The mode in force: as told, else `prefer`. An authority is given to be checked against: with
    /// it silence means `verify-full`, and `require` means `verify-ca`, as it does to libpq.
    #[must_use]
    pub fn mode(&self) -> TlsMode {
        match (self.mode, &self.ca) {
            (None, Some(_)) => TlsMode::VerifyFull,
            (Some(TlsMode::Require), Some(_)) => TlsMode::VerifyCa,
            (mode, _) => mode.unwrap_or(TlsMode::Prefer),
        }
    }
}

/// All of a connection that may be kept in plain text and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The servers, to be tried in turn. Empty for a file.
    pub hosts: Vec<Host>,
    /// The database; of a file-based engine, the path below the files folder.
    pub database: Option<String>,
    /// The user.
    pub username: Option<String>,
    /// TLS.
    #[serde(default)]
    pub tls: TlsSettings,
    /// The engine's own options, by the names in its [`Driver::options`].
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// What of the database is wanted.
    #[serde(default)]
    pub selection: Selection,
    /// What is asked of an API, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiSettings>,
}

impl Settings {
    /// Whether a password that was given for `kept` may be sent by these settings without being
    /// given again: to the same servers and user, and guarded no less on the way.
    #[must_use]
    pub fn may_reuse_password_of(&self, kept: &Self, default_port: Option<u16>) -> bool {
        let places = |settings: &Self| -> Vec<_> {
            let hosts = settings.hosts.iter();
            hosts
                .map(|host| (host.name.clone(), host.port.or(default_port)))
                .collect()
        };
        places(self) == places(kept)
            && self.username == kept.username
            && self.tls.mode() >= kept.tls.mode()
            && (self.tls.ca == kept.tls.ca || kept.tls.mode() < TlsMode::VerifyCa)
    }

    /// An option of the engine's own.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }
}

/// All of a connection that is sealed at rest and leaves the process only towards its own server.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The user's password.
    pub password: Option<SecretString>,
    /// The private key of the client's certificate, as PEM.
    pub client_key: Option<SecretString>,
    /// The key or token of an API.
    pub api_key: Option<SecretString>,
    /// The caller's own headers for an API, with their values, as a JSON object.
    pub headers: Option<SecretString>,
}

impl Credentials {
    /// The password as text; empty where there is none.
    #[must_use]
    pub fn password(&self) -> &str {
        self.password.as_ref().map_or("", |p| p.expose_secret())
    }

    /// Whether there is anything to log in with.
    #[must_use]
    pub fn has_login(&self) -> bool {
        self.password.is_some() || self.api_key.is_some() || self.headers.is_some()
    }

    /// Each secret by the name of its field.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &SecretString)> {
        let all = [
            ("password", &self.password),
            ("client_key", &self.client_key),
            ("api_key", &self.api_key),
            ("headers", &self.headers),
        ];
        all.into_iter()
            .filter_map(|(name, secret)| Some((name, secret.as_ref()?)))
    }

    /// Sets a secret by the name of its field; another name is ignored.
    pub fn set(&mut self, field: &str, secret: SecretString) {
        match field {
            "password" => self.password = Some(secret),
            "client_key" => self.client_key = Some(secret),
            "api_key" => self.api_key = Some(secret),
            "headers" => self.headers = Some(secret),
            _ => {}
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = self.fields().map(|(name, _)| name).collect();
        f.debug_struct("Credentials").field("set", &set).finish()
    }
}

/// A connection as it is being read from a caller's URL and fields.
#[derive(Debug, Default)]
pub struct Draft {
    /// What may be shown.
    pub settings: Settings,
    /// What may not.
    pub credentials: Credentials,
    /// What was ignored, in sentences.
    pub warnings: Vec<String>,
}

impl Draft {
    /// The first host, made where there is none yet; for parameters that name it piece by piece.
    pub fn host_mut(&mut self) -> &mut Host {
        if self.settings.hosts.is_empty() {
            self.settings.hosts.push(Host {
                name: String::new(),
                port: None,
            });
        }
        &mut self.settings.hosts[0]
    }
}

/// A connection, checked: what a [`super::Connector`] takes.
#[derive(Debug, Clone)]
pub struct Target {
    /// The engine asked for.
    pub driver: &'static Driver,
    /// Where and what.
    pub settings: Settings,
    /// As whom.
    pub credentials: Credentials,
    /// Of a file: the name of the folder of the workspace's own uploads, where it has one.
    pub uploads: Option<String>,
}

impl Target {
    /// The files that this connection may read.
    pub(super) fn files(&self, context: &Context) -> Files {
        Files {
            root: context.files_root.clone(),
            uploads: self.uploads.clone(),
        }
    }

    /// The first host's name and port, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        match self.settings.hosts.first() {
            Some(host) => Host {
                name: host.name.clone(),
                port: host.port.or(self.driver.default_port),
            }
            .to_string(),
            None => self.settings.database.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, port: Option<u16>, tls: Option<TlsMode>) -> Settings {
        let name = host.to_owned();
        let tls = TlsSettings {
            mode: tls,
            ..TlsSettings::default()
        };
        let username = Some("ann".to_owned());
        Settings {
            hosts: vec![Host { name, port }],
            username,
            tls,
            ..Settings::default()
        }
    }

    #[test]
    fn a_kept_password_goes_to_the_same_place_alone_and_guarded_no_less() {
        let kept = settings("db", None, Some(TlsMode::Require));
        for (settings, reused) in [
            (settings("db", Some(5432), Some(TlsMode::Require)), true),
            (settings("db", None, Some(TlsMode::VerifyFull)), true),
            (settings("db", None, Some(TlsMode::Prefer)), false),
            (settings("db", None, Some(TlsMode::Disable)), false),
            (settings("db", Some(5433), Some(TlsMode::Require)), false),
            (settings("other", None, Some(TlsMode::Require)), false),
            (
                Settings {
                    username: None,
                    ..kept.clone()
                },
                false,
            ),
        ] {
            assert_eq!(
                settings.may_reuse_password_of(&kept, Some(5432)),
                reused,
                "{settings:?}"
            );
        }
        let ca = |text: &str| Settings {
            tls: TlsSettings {
                ca: Some(text.to_owned()),
                ..TlsSettings::default()
            },
            ..kept.clone()
        };
        assert!(
            !ca("another").may_reuse_password_of(&ca("one"), None),
            "another authority is another trust"
        );
    }
}
