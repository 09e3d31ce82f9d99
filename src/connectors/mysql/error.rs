//! What a failure means, by the server's own number
//! (<https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html>,
//! <https://mariadb.com/kb/en/mariadb-error-code-reference/>).

use super::wire::Failure;
use crate::connectors::error::{ConnectorError, ErrorKind};

/// What a sentence about a failure can name.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Host and port.
    pub place: String,
    /// The user.
    pub user: String,
    /// The database asked for.
    pub database: Option<String>,
    /// No password was given.
    pub passwordless: bool,
    /// The server offers TLS and the connection goes without.
    pub tls_declined: bool,
}

/// The ways to log in that there are, as a hint.
const METHODS: &str = "Use a user with caching_sha2_password, sha256_password, \
                       mysql_native_password or (MariaDB) ed25519.";

/// Says a failure in words.
pub fn explain(failure: Failure, about: &About) -> ConnectorError {
    let About { place, .. } = about;
    match failure {
        Failure::Server(refusal) => {
            refused(refusal.code, about).said_by_server(refusal.code.to_string(), &refusal.message)
        }
        Failure::Io(_) => ConnectorError::new(
            ErrorKind::ConnectionLost,
            format!("The connection to {place} ended in the middle."),
            "Try again; if it happens again, look into the server's log and for a proxy or \
             firewall in between.",
        ),
        Failure::Malformed(what) => ConnectorError::new(
            ErrorKind::ServerError,
            format!("The server at {place} broke the protocol: {what}."),
            "Check that the port is a MySQL or MariaDB server's own, and the proxy in between, if any.",
        ),
        Failure::TooLarge(what) => ConnectorError::new(
            ErrorKind::LimitExceeded,
            format!("The server at {place} sent more than is taken: {what}."),
            "Choose fewer tables, or name one database.",
        ),
        Failure::AskedForFile => ConnectorError::new(
            ErrorKind::ServerError,
            format!("The server at {place} asked for a file of this machine. Nothing was sent."),
            "No honest server does that unasked: find out who runs this one.",
        ),
        Failure::Method(name) if name == "mysql_clear_password" => ConnectorError::new(
            ErrorKind::AuthenticationUnsupported,
            format!(
                "The server wants '{}' to log in by {name}, which sends the password as it is. \
                 That is not done here.",
                about.user
            ),
            "Use a user with a method that proves the password without showing it, such as \
             caching_sha2_password, and options.tls = verify-full against whoever stands in between.",
        ),
        Failure::Method(name) => ConnectorError::new(
            ErrorKind::AuthenticationUnsupported,
            format!(
                "The server wants '{}' to log in by {name}, which is not done here.",
                about.user
            ),
            METHODS,
        ),
        Failure::Here(error) => error,
        Failure::Silent => ConnectorError::new(
            ErrorKind::Timeout,
            format!("The server at {place} sent nothing for minutes."),
            "Try again when the server is less busy; look for a proxy or firewall in between.",
        ),
        Failure::Unfinished => ConnectorError::new(
            ErrorKind::ConnectionLost,
            "An earlier answer was given up before its end.",
            "Connect again.",
        ),
    }
}

/// The failure of a statement of the caller's own.
pub fn explain_query(failure: Failure, about: &About) -> ConnectorError {
    let error = explain(failure, about);
    let callers = [
        ErrorKind::ServerError,
        ErrorKind::InvalidQuery,
        ErrorKind::DatabaseNotFound,
    ];
    if !callers.contains(&error.kind) || error.server_code.is_none() {
        return error;
    }
    ConnectorError {
        kind: ErrorKind::InvalidQuery,
        message: "The server does not understand the query.".to_owned(),
        hint: "Correct it by what the server says.".to_owned(),
        ..error
    }
}

fn refused(code: u16, about: &About) -> ConnectorError {
    let About {
        place,
        user,
        database,
        passwordless,
        tls_declined,
    } = about;
    let database = database.as_deref().unwrap_or("the database");
    let error = |kind, message: String, hint: &str| ConnectorError::new(kind, message, hint);
    match code {
        1040 => error(
            ErrorKind::TooManyConnections,
            format!("The server at {place} has no connection to spare."),
            "Close connections that are not needed, or raise max_connections at the server.",
        ),
        1203 | 1226 => error(
            ErrorKind::TooManyConnections,
            format!("'{user}' has reached a limit of its account."),
            "Close this user's other connections, or raise its MAX_USER_CONNECTIONS (or the \
             hourly limit that the server names).",
        )
        .because("user_limit"),
        1044 => error(
            ErrorKind::PermissionDenied,
            format!("'{user}' has no right on '{database}', or there is no such database."),
            "Check the database's name, letter case too; or grant the user SELECT on it.",
        ),
        1045 | 1698 if *passwordless => error(
            ErrorKind::AuthenticationFailed,
            format!("The server at {place} refused '{user}', and no password was given."),
            "Give the password. If the account has none, check that it may log in from this \
             machine ('user'@'host').",
        ),
        // 1698 is MariaDB's for an account that logs in by the operating system.
        1045 | 1698 => error(
            ErrorKind::AuthenticationFailed,
            format!("The server at {place} refused '{user}': user or password is wrong."),
            if *tls_declined {
                "Check both. The connection goes without TLS although the server offers it, and \
                 an account with REQUIRE SSL is refused in these same words: try options.tls = require."
            } else {
                "Check both, and that the account may log in from this machine ('user'@'host'). \
                 An account with REQUIRE X509 also needs options.tls_certificate and options.tls_key."
            },
        ),
        1049 => error(
            ErrorKind::DatabaseNotFound,
            format!("There is no database '{database}' on {place}."),
            "Check its name, letter case too.",
        ),
        1129 => error(
            ErrorKind::HostBlocked,
            format!("The server at {place} blocks this machine after too many broken connections."),
            "Let an administrator run FLUSH HOSTS (MySQL: TRUNCATE performance_schema.host_cache), \
             and raise max_connect_errors.",
        ),
        1130 => error(
            ErrorKind::AuthenticationFailed,
            format!("The server at {place} lets no user in from this machine."),
            "Make an account for this machine's address, such as 'user'@'%'.",
        )
        .because("client_host"),
        1142 | 1143 | 1227 | 1345 | 1370 | 1410 => error(
            ErrorKind::PermissionDenied,
            format!("'{user}' lacks a right that this takes."),
            "Grant it; the server names what it misses.",
        ),
        1251 | 1275 | 1524 | 2059 | 2061 => error(
            ErrorKind::AuthenticationUnsupported,
            format!("The login method of '{user}' does not work with this server."),
            METHODS,
        ),
        1820 | 1862 => error(
            ErrorKind::AuthenticationFailed,
            format!("The password of '{user}' has expired."),
            "Set a new one with ALTER USER … IDENTIFIED BY, and use it here.",
        )
        .because("password_expired"),
        // 4151 is MariaDB's.
        3118 | 3955 | 3957 | 4151 => error(
            ErrorKind::AuthenticationFailed,
            format!("The account '{user}' is locked."),
            "Let an administrator unlock it: ALTER USER … ACCOUNT UNLOCK.",
        )
        .because("account_locked"),
        3159 => error(
            ErrorKind::TlsRequired,
            format!("The server at {place} takes no connection without TLS."),
            "Set options.tls = require, or verify-full with its authority in options.tls_ca.",
        ),
        1053 | 1077 | 1079 | 3032 | 3168 => error(
            ErrorKind::ServerUnavailable,
            format!("The server at {place} is stopping or not open to users."),
            "Wait until it is up again.",
        ),
        1152 | 1153 | 1158..=1161 | 1184 | 1927 | 4031 => error(
            ErrorKind::ConnectionLost,
            format!("The server at {place} ended the connection."),
            "Connect again.",
        ),
        1146 | 1356 => error(
            ErrorKind::InvalidQuery,
            "A table is not there any more, or a view leads to one that is not.".to_owned(),
            "Read the schema again.",
        )
        .because("table_not_found"),
        1054 => error(
            ErrorKind::InvalidQuery,
            "A column is not there any more.".to_owned(),
            "Read the schema again.",
        )
        .because("column_not_found"),
        // Texts that are no value of the column that they are compared with, or of no collation
        // that both have.
        1267 | 1270 | 1271 | 1292 | 1366 | 1411 | 1525 | 1690 | 3140 | 3141 => error(
            ErrorKind::InvalidQuery,
            "A value does not fit the column that it is compared with.".to_owned(),
            "Write it as values of that column are answered.",
        ),
        1205 | 1317 | 1969 | 3024 => error(
            ErrorKind::Timeout,
            "The server stopped the statement for the time it took.".to_owned(),
            "Try again when the server is less busy, or choose fewer tables.",
        ),
        _ => error(
            ErrorKind::ServerError,
            format!("The server at {place} refused a statement."),
            "The server's own words tell why.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::Refusal;
    use super::*;

    fn about() -> About {
        About {
            place: "db:3306".to_owned(),
            user: "ann".to_owned(),
            database: Some("shop".to_owned()),
            passwordless: false,
            tls_declined: false,
        }
    }

    fn explained(code: u16, about: &About) -> ConnectorError {
        let message = "as the server has it".to_owned();
        explain(Failure::Server(Refusal { code, message }), about)
    }

    #[test]
    fn every_number_that_has_a_meaning_has_its_kind() {
        for (codes, kind) in [
            (&[1040, 1203, 1226][..], ErrorKind::TooManyConnections),
            (&[1044, 1142, 1143, 1227], ErrorKind::PermissionDenied),
            (
                &[1045, 1130, 1698, 1820, 1862, 3118, 4151],
                ErrorKind::AuthenticationFailed,
            ),
            (&[1049], ErrorKind::DatabaseNotFound),
            (&[1129], ErrorKind::HostBlocked),
            (&[1251, 1524, 2061], ErrorKind::AuthenticationUnsupported),
            (&[3159], ErrorKind::TlsRequired),
            (&[1053], ErrorKind::ServerUnavailable),
            (&[1927, 4031], ErrorKind::ConnectionLost),
            (&[1317, 1969, 3024], ErrorKind::Timeout),
            (&[1054, 1146, 1267, 1525, 3141], ErrorKind::InvalidQuery),
            (&[1064, 1, 65_535], ErrorKind::ServerError),
        ] {
            for code in codes {
                let error = explained(*code, &about());
                assert_eq!(error.kind, kind, "{code}");
                assert_eq!(error.server_code, Some(code.to_string()));
                assert!(!error.hint.is_empty() && error.message.ends_with('.'));
            }
        }
    }

    #[test]
    fn a_refused_login_without_tls_points_at_tls_where_the_server_has_it() {
        let declined = About {
            tls_declined: true,
            ..about()
        };
        assert!(explained(1045, &declined).hint.contains("REQUIRE SSL"));
        assert!(!explained(1045, &about()).hint.contains("REQUIRE SSL"));
    }

    #[test]
    fn a_refused_login_without_a_password_says_that_there_was_none() {
        let without = About {
            passwordless: true,
            ..about()
        };
        let error = explained(1045, &without);
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
        assert!(error.message.contains("no password was given"), "{error:?}");
    }

    #[test]
    fn a_query_that_the_server_refuses_is_the_callers_to_mend() {
        let refusal = |code| {
            Failure::Server(Refusal {
                code,
                message: String::new(),
            })
        };
        assert_eq!(
            explain_query(refusal(1064), &about()).kind,
            ErrorKind::InvalidQuery
        );
        assert_eq!(
            explain_query(refusal(1142), &about()).kind,
            ErrorKind::PermissionDenied
        );
    }
}
