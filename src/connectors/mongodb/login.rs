//! As whom, and how, a login is made.

use mongodb::options::{AuthMechanism, Credential};
use secrecy::{ExposeSecret, SecretString};

use super::options::{AUTH_MECHANISM, AUTH_SOURCE};
use crate::connectors::{ConfigError, ConnectorError, ErrorKind, Target};

/// The ways to log in that are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// A salted challenge, by SHA-256.
    ScramSha256,
    /// A salted challenge, by SHA-1.
    ScramSha1,
    /// The client's certificate.
    X509,
}

impl Mechanism {
    const ALL: [Self; 3] = [Self::ScramSha256, Self::ScramSha1, Self::X509];

    /// As servers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::X509 => "MONGODB-X509",
        }
    }

    /// Reads a mechanism's name.
    pub fn parse(key: &str, text: &str) -> Result<Self, ConfigError> {
        let known = |m: &Self| m.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(known).ok_or_else(|| {
            ConfigError::new(
                key,
                "This way to log in is not built in.",
                "Use SCRAM-SHA-256, SCRAM-SHA-1 or MONGODB-X509, or leave authMechanism out.",
            )
        })
    }
}

/// A login to be made.
#[derive(Debug, Clone)]
pub struct Login {
    /// As whom; by a certificate, the name in it where absent.
    pub username: Option<String>,
    /// The database that it is checked against.
    pub source: String,
    mechanism: Option<Mechanism>,
    password: SecretString,
}

impl Login {
    /// The target's login; `None` where none was given. `source` is what a SRV entry tells.
    pub fn of(target: &Target, source: Option<&str>) -> Option<Self> {
        let settings = &target.settings;
        let mechanism = settings.option(AUTH_MECHANISM);
        let mechanism = mechanism.and_then(|text| Mechanism::parse(AUTH_MECHANISM, text).ok());
        let x509 = mechanism == Some(Mechanism::X509);
        if settings.username.is_none() && !x509 {
            return None;
        }
        let source = match settings.option(AUTH_SOURCE).or(source) {
            _ if x509 => "$external",
            Some(told) => told,
            None => settings.database.as_deref().unwrap_or("admin"),
        };
        Some(Self {
            username: settings.username.clone(),
            source: source.to_owned(),
            mechanism,
            password: target.credentials.password().into(),
        })
    }

    /// Whether a password is part of it.
    pub fn has_password(&self) -> bool {
        self.mechanism != Some(Mechanism::X509)
    }

    /// Refuses a login without its password before it is tried: the driver would take an empty one,
    /// which no user has (manual: createUser).
    pub fn check(&self, place: &str) -> Result<(), ConnectorError> {
        let user = self.username.as_deref().unwrap_or_default();
        if !self.has_password() || !self.secret().is_empty() {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!("{place} takes the user '{user}' by password, and none was given."),
            "Give the password.",
        ))
    }

    /// The password, for taking it out of a server's words.
    pub fn secret(&self) -> &str {
        self.password.expose_secret()
    }

    /// As the driver takes it.
    pub fn credential(&self) -> Credential {
        let mechanism = self.mechanism.map(|mechanism| match mechanism {
            Mechanism::ScramSha256 => AuthMechanism::ScramSha256,
            Mechanism::ScramSha1 => AuthMechanism::ScramSha1,
            Mechanism::X509 => AuthMechanism::MongoDbX509,
        });
        Credential::builder()
            .username(self.username.clone())
            .source(self.source.clone())
            .password(self.has_password().then(|| self.secret().to_owned()))
            .mechanism(mechanism)
            .build()
    }
}
