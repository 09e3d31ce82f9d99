//! SQLSTATE by SQLSTATE (PostgreSQL manual, appendix "Error Codes"): kind, sentence, advice.

use super::error::About;
use crate::connectors::{ConnectorError, ErrorKind};

impl About {
    /// What a SQLSTATE means. `routine` is the function of the server's source that refused, which
    /// tells apart what shares a code.
    pub(super) fn meaning(
        &self,
        code: &str,
        routine: Option<&str>,
        authenticated: bool,
    ) -> ConnectorError {
        let Self {
            place,
            username: user,
            database,
            ..
        } = self;
        let new = ConnectorError::new;
        match code {
            "28P01" if self.password.is_none() => new(
                ErrorKind::AuthenticationFailed,
                format!("{place} asks for the password of user '{user}', and none was given."),
                "Give the password.",
            ),
            "28P01" => new(
                ErrorKind::AuthenticationFailed,
                format!("{place} refused the user '{user}' with this password."),
                "Check user and password. The server does not say which of them is wrong, nor \
                 whether the user exists.",
            ),
            "28000" if authenticated => new(
                ErrorKind::AuthenticationFailed,
                format!("The role '{user}' does not exist on {place}, or may not log in."),
                "Check the user's name, or let the role log in: ALTER ROLE … LOGIN.",
            ),
            "28000" => new(
                ErrorKind::AuthenticationFailed,
                format!(
                    "{place} lets the user '{user}' not into '{database}' from this address{}.",
                    if self.secured {
                        " over TLS"
                    } else {
                        " without TLS"
                    }
                ),
                "A line in the server's pg_hba.conf has to admit user, database and address; one \
                 with the method cert wants options.tls_certificate and options.tls_key.",
            )
            .because("not_admitted"),
            "3D000" => new(
                ErrorKind::DatabaseNotFound,
                format!("There is no database '{database}' on {place}."),
                if database == user {
                    "Name the database; where none is named, it is the one called like the user."
                } else {
                    "Check the name; capitals count."
                },
            ),
            "57P04" => new(
                ErrorKind::DatabaseNotFound,
                format!("The database '{database}' was dropped."),
                "Name another one.",
            ),
            "42501" if routine == Some("CheckMyDatabase") => new(
                ErrorKind::PermissionDenied,
                format!("The user '{user}' may not connect to the database '{database}'."),
                "GRANT CONNECT ON DATABASE … TO this user.",
            ),
            "42501" => new(
                ErrorKind::PermissionDenied,
                format!("The user '{user}' lacks a right in the database '{database}'."),
                "Grant it the right that server_message names.",
            ),
            "55000" if routine == Some("CheckMyDatabase") => new(
                ErrorKind::PermissionDenied,
                format!("The database '{database}' takes no connections."),
                "Name another one, or ALTER DATABASE … ALLOW_CONNECTIONS true.",
            ),
            "53300" => self.too_many(routine, authenticated),
            "57P03" => new(
                ErrorKind::ServerUnavailable,
                format!("{place} is starting, stopping or recovering and takes no logins yet."),
                "Try again in a moment.",
            ),
            "57P01" | "57P02" | "57P05" => new(
                ErrorKind::ServerUnavailable,
                format!(
                    "{place} ended the connection: an administrator, a restart or an idle limit."
                ),
                "Try again in a moment.",
            ),
            "53100" | "53200" | "53400" | "58030" => new(
                ErrorKind::ServerUnavailable,
                format!("{place} has run out of memory, disk or another resource."),
                "Its log tells more.",
            ),
            "57014" | "25P03" | "25P04" => new(
                ErrorKind::Timeout,
                format!(
                    "{place} stopped the statement: it took too long, or somebody cancelled it."
                ),
                "Try again when the server has less to do, or choose fewer tables.",
            ),
            "40001" | "40P01" => new(
                ErrorKind::ServerUnavailable,
                format!("{place} gave the statement up for the sake of other work."),
                "Try again; a standby can be told to wait (max_standby_streaming_delay).",
            ),
            "55P03" => new(
                ErrorKind::Timeout,
                format!("A lock in '{database}' did not become free in time."),
                "A long change of the schema may be under way. Try again later.",
            ),
            "0A000" => new(
                ErrorKind::UnsupportedServer,
                format!("{place} lacks a feature of PostgreSQL's that is needed."),
                "PostgreSQL 12 or later is supported; other products as far as they do the same.",
            ),
            // Poolers say most of their refusals by this code.
            "08P01" if !authenticated => new(
                ErrorKind::AuthenticationFailed,
                format!(
                    "{place}, or a pooler before it, refused the login of '{user}' to '{database}'."
                ),
                "Check user, password and database as the pooler knows them; server_message has \
                 its words.",
            )
            .because("not_admitted"),
            _ => new(
                ErrorKind::ServerError,
                format!("{place} reported an error."),
                "server_code and server_message hold what it said.",
            ),
        }
    }

    fn too_many(&self, routine: Option<&str>, authenticated: bool) -> ConnectorError {
        let (whose, hint, reason) = match routine {
            Some("InitializeSessionUserId") => (
                format!(
                    "The user '{}' has as many connections as it may have",
                    self.username
                ),
                "End one of them, or ALTER ROLE … CONNECTION LIMIT.",
                "user_limit",
            ),
            Some("CheckMyDatabase") => (
                format!(
                    "The database '{}' has as many connections as it may have",
                    self.database
                ),
                "End one of them, or ALTER DATABASE … CONNECTION LIMIT.",
                "database_limit",
            ),
            _ if authenticated => (
                "The server, or its limit for this user, has no connection to spare".to_owned(),
                "Try again later; the server keeps its last ones for administrators.",
                "server_limit",
            ),
            _ => (
                "The server has no connection to spare".to_owned(),
                "Try again later, raise max_connections, or put a pooler before it.",
                "server_limit",
            ),
        };
        ConnectorError::new(
            ErrorKind::TooManyConnections,
            format!("{whose} on {}.", self.place),
            hint,
        )
        .because(reason)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn about() -> About {
        About {
            place: "db:5432".to_owned(),
            username: "ann".to_owned(),
            database: "shop".to_owned(),
            password: Some("hunter2".to_owned().into()),
            secured: false,
            binding_required: false,
        }
    }

    #[test]
    fn each_code_means_its_kind() {
        use ErrorKind as K;
        for (code, authenticated, kind) in [
            ("28P01", false, K::AuthenticationFailed),
            ("28000", false, K::AuthenticationFailed),
            ("28000", true, K::AuthenticationFailed),
            ("08P01", false, K::AuthenticationFailed),
            ("08P01", true, K::ServerError),
            ("3D000", true, K::DatabaseNotFound),
            ("57P04", true, K::DatabaseNotFound),
            ("42501", true, K::PermissionDenied),
            ("53300", false, K::TooManyConnections),
            ("53300", true, K::TooManyConnections),
            ("53200", true, K::ServerUnavailable),
            ("57P01", true, K::ServerUnavailable),
            ("57P03", false, K::ServerUnavailable),
            ("57014", true, K::Timeout),
            ("55P03", true, K::Timeout),
            ("40001", true, K::ServerUnavailable),
            ("0A000", true, K::UnsupportedServer),
            ("55000", true, K::ServerError),
            ("XX000", true, K::ServerError),
            ("", false, K::ServerError),
        ] {
            let error = about().meaning(code, None, authenticated);
            assert_eq!(error.kind, kind, "{code} {authenticated}");
            assert!(
                error.message.ends_with('.') && error.hint.ends_with('.'),
                "{error:?}"
            );
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn what_shares_a_code_is_told_apart_by_the_routine() {
        for (code, routine, reason) in [
            ("53300", "InitializeSessionUserId", "user_limit"),
            ("53300", "CheckMyDatabase", "database_limit"),
            ("53300", "InitPostgres", "server_limit"),
        ] {
            let error = about().meaning(code, Some(routine), true);
            assert_eq!(error.reason, Some(reason));
        }
        let closed = about().meaning("55000", Some("CheckMyDatabase"), true);
        assert_eq!(closed.kind, ErrorKind::PermissionDenied);
    }
}
