//! The driver's errors, told by the server's own codes (`src/mongo/base/error_codes.yml` in the
//! server's sources) and never by their text.

use mongodb::bson::RawDocument;
use mongodb::error::{Error, ErrorKind as DriverKind};

use super::hello;
use super::login::Login;
use super::way::lost;
use crate::connectors::read::SNAPSHOT_TOO_OLD;
use crate::connectors::{ConnectorError, ErrorKind, Stage};

/// What an error is told with.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The server, as a person knows it.
    pub place: &'a str,
    /// The login, where there is one.
    pub login: Option<&'a Login>,
    /// The database that is spoken of, where there is one.
    pub database: Option<&'a str>,
    /// How far things came.
    pub stage: Stage,
}

/// The code and the words of the server, where it was the server that failed.
pub fn code(error: &Error) -> Option<(i32, &str)> {
    let mut error = Some(error);
    while let Some(this) = error {
        if let DriverKind::Command(command) = this.kind.as_ref() {
            return Some((command.code, &command.message));
        }
        let source = std::error::Error::source(this);
        // The driver keeps it boxed, and a box of an error is an error of its own type.
        let boxed = source.and_then(|source| source.downcast_ref::<Box<Error>>());
        error = boxed.map(AsRef::as_ref);
    }
    None
}

/// Whether the server refused something for want of a right (Unauthorized, `AtlasError`).
pub fn is_refusal(error: &Error) -> bool {
    matches!(code(error), Some((13 | 8000, _)))
}

/// What a driver's error stands for.
pub fn explain(error: &Error, scene: Scene<'_>) -> ConnectorError {
    let explained = match code(error) {
        Some((code, words)) => by_code(code, scene).said_by_server(code.to_string(), words),
        None => by_kind(&error.kind, scene),
    };
    let secret = scene.login.map(Login::secret);
    explained
        .scrubbed(secret.unwrap_or_default())
        .at(scene.stage)
}

/// A server that answers `hello` with an error.
pub fn refused_hello(reply: &RawDocument) -> Option<ConnectorError> {
    let words = reply.get_str("errmsg").ok()?;
    let code = hello::number(reply, "code").and_then(|code| code.try_into().ok());
    let scene = Scene {
        place: "The server",
        login: None,
        database: None,
        stage: Stage::Connect,
    };
    let code = code.unwrap_or(0);
    Some(by_code(code, scene).said_by_server(code.to_string(), words))
}

fn by_code(code: i32, scene: Scene<'_>) -> ConnectorError {
    let place = scene.place;
    let database = scene.database.unwrap_or_default();
    match code {
        // AuthenticationFailed, UserNotFound; AtlasError stands for both at a login
        18 | 11 => login_failed(scene),
        8000 if scene.stage == Stage::Authenticate => login_failed(scene),
        // Unauthorized, AtlasError
        13 | 8000 if scene.login.is_none() => ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!("{place} wants a login, and none was given."),
            "Give `username` and `password`, and options.authSource where the user was made in another database.",
        ),
        13 | 8000 => {
            let user = scene.login.and_then(|login| login.username.as_deref());
            let whom = user.map_or_else(
                || "This login".to_owned(),
                |user| format!("The user '{user}'"),
            );
            let what = match scene.database {
                Some(database) => format!("has no right to read the database '{database}'"),
                None => "lacks a right that this takes".to_owned(),
            };
            ConnectorError::new(
                ErrorKind::PermissionDenied,
                format!("{whom} {what}."),
                "Grant the role read on the database, or name a database that it may read.",
            )
        }
        // BadValue is what servers before 4.4 say of a mechanism; MechanismUnavailable
        334 => unsupported_login(scene),
        2 if scene.stage == Stage::Authenticate => unsupported_login(scene),
        // InvalidNamespace
        73 => ConnectorError::new(
            ErrorKind::DatabaseNotFound,
            format!("'{database}' can be no database's name."),
            "MongoDB's database names hold none of / \\ . \" $ * < > : | ? and no space.",
        ),
        // ShutdownInProgress, InterruptedAtShutdown, InterruptedDueToReplStateChange,
        // NotWritablePrimary, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, PrimarySteppedDown,
        // LegacyNotPrimary, NotYetInitialized
        91 | 11600 | 11602 | 10107 | 13435 | 13436 | 189 | 10058 | 94 => ConnectorError::new(
            ErrorKind::ServerUnavailable,
            format!("{place} is starting, stopping, or changing its role in its replica set."),
            "Try again in a little while.",
        ),
        // HostUnreachable, HostNotFound, NetworkTimeout, ShardNotFound, FailedToSatisfyReadPreference
        6 | 7 | 89 | 70 | 133 => ConnectorError::new(
            ErrorKind::ServerUnavailable,
            format!("{place} cannot reach a server behind it."),
            "Check the shards and members of the cluster.",
        ),
        // MaxTimeMSExpired, ExceededTimeLimit, LockTimeout, NetworkInterfaceExceededTimeLimit
        50 | 262 | 24 | 202 => ConnectorError::new(
            ErrorKind::Timeout,
            format!("{place} did not finish in time."),
            "The server may be overloaded. Try again later, or choose fewer collections.",
        ),
        // CursorNotFound, CursorKilled, QueryPlanKilled, CappedPositionLost, Interrupted
        43 | 237 | 175 | 136 | 11_601 => ConnectorError::new(
            ErrorKind::ConnectionLost,
            format!("{place} ended the reading in the middle."),
            "The collection may have been dropped or renamed, or an operator ended it. Try again.",
        ),
        // SnapshotTooOld
        239 => ConnectorError::new(
            ErrorKind::ServerError,
            format!("{place} no longer has the state that was being read."),
            "Raise minSnapshotHistoryWindowInSeconds at the server above the time that reading takes, \
             or read without a snapshot.",
        )
        .because(SNAPSHOT_TOO_OLD),
        // NamespaceNotFound
        26 => ConnectorError::new(
            ErrorKind::InvalidQuery,
            "A collection is not there any more, or a view leads to one that is not.",
            "Read the schema again.",
        )
        .because("table_not_found"),
        // CommandNotFound, CommandNotSupported, APIVersionError
        59 | 115 | 322 => ConnectorError::new(
            ErrorKind::UnsupportedServer,
            format!("{place} does not know a command that is needed."),
            "It may be a product that only looks like MongoDB, or an old version of it.",
        ),
        _ => ConnectorError::new(
            ErrorKind::ServerError,
            format!("{place} refused a command (code {code})."),
            "Look at what the server said, and into its log.",
        ),
    }
}

fn login_failed(scene: Scene<'_>) -> ConnectorError {
    let place = scene.place;
    let Some(login) = scene.login else {
        return ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!("{place} did not accept the login."),
            "Check user and password.",
        );
    };
    let source = &login.source;
    let user = login
        .username
        .as_deref()
        .unwrap_or("the certificate's name");
    if !login.has_password() {
        return ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!("{place} did not accept the client certificate as a login."),
            "Check that the server knows a user in $external named as the certificate's subject.",
        );
    }
    let elsewhere = if source == "admin" {
        "the database that it was made in".to_owned()
    } else {
        "admin, where most users are made".to_owned()
    };
    ConnectorError::new(
        ErrorKind::AuthenticationFailed,
        format!("{place} did not accept the user '{user}' with this password, checked against the database '{source}'."),
        format!(
            "Check user and password. A user is known only in the database that it was made in: if \
             that is not '{source}', set options.authSource to it ({elsewhere})."
        ),
    )
    .because("user_password_or_auth_source")
}

fn unsupported_login(scene: Scene<'_>) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::AuthenticationUnsupported,
        format!(
            "{} does not offer this way to log in to this user.",
            scene.place
        ),
        "Leave options.authMechanism out, or set it to SCRAM-SHA-256 or SCRAM-SHA-1, whichever the user has.",
    )
}

fn by_kind(kind: &DriverKind, scene: Scene<'_>) -> ConnectorError {
    match kind {
        // Without a code it was the driver that was not content with what the server proved.
        DriverKind::Authentication { .. } => ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!(
                "The login at {} broke off: the server's answer does not fit the password.",
                scene.place
            ),
            "Check the password (SCRAM-SHA-256 allows no control characters in it), and that the \
             server is the right one.",
        ),
        DriverKind::IncompatibleServer { .. } => ConnectorError::new(
            ErrorKind::UnsupportedServer,
            format!(
                "{} speaks no version of the protocol that works here.",
                scene.place
            ),
            "MongoDB 4.4 is the oldest that does.",
        ),
        DriverKind::Io(_)
        | DriverKind::ServerSelection { .. }
        | DriverKind::ConnectionPoolCleared { .. }
        | DriverKind::Shutdown => lost(),
        _ => ConnectorError::new(
            ErrorKind::ServerError,
            format!("{} answered what cannot be read.", scene.place),
            "Check that a MongoDB server answers there, and no proxy changes what it says.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_kinds() {
        let kind = |code, stage| {
            let scene = Scene {
                place: "h",
                login: None,
                database: None,
                stage,
            };
            by_code(code, scene).kind
        };
        for (code, stage, expected) in [
            (18, Stage::Authenticate, ErrorKind::AuthenticationFailed),
            (8000, Stage::Authenticate, ErrorKind::AuthenticationFailed),
            (13, Stage::OpenDatabase, ErrorKind::AuthenticationFailed),
            (
                334,
                Stage::Authenticate,
                ErrorKind::AuthenticationUnsupported,
            ),
            (2, Stage::Authenticate, ErrorKind::AuthenticationUnsupported),
            (2, Stage::ReadCatalog, ErrorKind::ServerError),
            (73, Stage::OpenDatabase, ErrorKind::DatabaseNotFound),
            (91, Stage::ReadCatalog, ErrorKind::ServerUnavailable),
            (50, Stage::ReadCatalog, ErrorKind::Timeout),
            (59, Stage::ReadCatalog, ErrorKind::UnsupportedServer),
            (43, Stage::ReadCatalog, ErrorKind::ConnectionLost),
            (239, Stage::ReadCatalog, ErrorKind::ServerError),
            (26, Stage::ReadCatalog, ErrorKind::InvalidQuery),
        ] {
            assert_eq!(kind(code, stage), expected, "{code}");
        }
    }
}
