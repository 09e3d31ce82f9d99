//! What the server's refusals mean, by SQLSTATE (PostgreSQL manual, appendix "Error Codes").

use std::error::Error as _;
use std::io;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Error;
use tokio_postgres::error::DbError;

use super::watch::{Method, Trip, Watch};
use crate::connectors::detect::Answer;
use crate::connectors::{ConnectorError, ErrorKind};

/// Whom and what a failure is about.
#[derive(Debug, Clone)]
pub struct About {
    pub place: String,
    pub username: String,
    pub database: String,
    pub password: Option<SecretString>,
    /// Whether the connection speaks TLS.
    pub secured: bool,
    /// Whether the login must be bound to the TLS session.
    pub binding_required: bool,
}

/// The reason of a failure to read something that was dropped in the meantime.
pub const DROPPED: &str = "dropped_meanwhile";

impl About {
    /// The meaning of a failed login, where the server or the driver gave one. `None` where the
    /// connection ended before anything of PostgreSQL's came.
    pub fn login(&self, error: &Error, watch: &Watch) -> Option<ConnectorError> {
        match (watch.tripped(), error.as_db_error()) {
            (Some(Trip::Foreign), _) => return None,
            (Some(trip), _) => return Some(self.tripped(trip)),
            (None, Some(said)) => return Some(self.refused(said, watch.is_authenticated())),
            (None, None) => {}
        }
        let method = watch.method()?;
        let error = match method {
            Method::Other(name) => ConnectorError::new(
                ErrorKind::AuthenticationUnsupported,
                format!(
                    "{} wants a login by {name}, which is not built in.",
                    self.place
                ),
                "Let this user log in by password (scram-sha-256) or client certificate: a line in \
                 the server's pg_hba.conf.",
            ),
            _ if self.password.is_none() => ConnectorError::new(
                ErrorKind::AuthenticationFailed,
                format!(
                    "{} asks for the password of user '{}', and none was given.",
                    self.place, self.username
                ),
                "Give the password.",
            ),
            _ if is_lost(error) => return Some(self.lost()),
            Method::Scram { bound: true } if self.secured => self.unproven(),
            _ if self.binding_required => ConnectorError::new(
                ErrorKind::AuthenticationUnsupported,
                format!(
                    "{} cannot bind the login to the TLS session, as channel_binding = require demands.",
                    self.place
                ),
                "Use TLS and a password kept as scram-sha-256 at the server, or leave \
                 channel_binding out.",
            ),
            Method::Scram { .. } => self.unproven(),
            Method::Password | Method::Md5 => return None,
        };
        Some(error)
    }

    /// The meaning of a failure after the login.
    pub fn work(&self, error: &Error, watch: &Watch) -> ConnectorError {
        match (watch.tripped(), error.as_db_error()) {
            (Some(trip), _) => self.tripped(trip),
            (None, Some(said)) => self.refused(said, true),
            (None, None) if error.is_closed() || is_lost(error) => self.lost(),
            (None, None) => self.nonsense(),
        }
    }

    /// The meaning of a failure of the caller's own select.
    pub fn query(&self, error: &Error, watch: &Watch) -> ConnectorError {
        let Some(said) = error.as_db_error() else {
            return self.work(error, watch);
        };
        // Classes of the server's own condition, of a missing right and of a lock, keep their meaning.
        let code = said.code().code();
        let own = matches!(code.get(..2), Some("40" | "53" | "57" | "58"));
        if own || matches!(code, "42501" | "55P03") {
            return self.refused(said, true);
        }
        self.said(invalid_query(), said)
    }

    /// A refusal in the first bytes that a server sent before any login, if it is one: in the form
    /// of today, or of before 7.4, in which a server that cannot start a process still says so.
    pub fn before_login(&self, bytes: &[u8]) -> Option<ConnectorError> {
        if is_error_response(bytes) {
            let field = |kind| {
                let mut fields = bytes.get(5..)?.split(|b| *b == 0);
                let text = fields.find_map(|f| f.strip_prefix(&[kind]))?;
                Some(String::from_utf8_lossy(text).into_owned())
            };
            let code = field(b'C').unwrap_or_default();
            let error = self.meaning(&code, None, false);
            return Some(error.said_by_server(code, &field(b'M').unwrap_or_default()));
        }
        let words = bytes.strip_prefix(b"E")?.split(|b| matches!(b, 0 | b'\n'));
        let words = std::str::from_utf8(words.into_iter().next()?).ok()?;
        let is_prose = words.len() > 10 && words.contains(' ') && !words.contains(char::is_control);
        let error = || {
            ConnectorError::new(
                ErrorKind::ServerUnavailable,
                format!("{} refused the connection before any login.", self.place),
                "server_message holds what it said. Try again later; its log tells more.",
            )
        };
        is_prose.then(|| error().said_by_server("", words))
    }

    /// Something else answers; `silent` where it closed the connection at once.
    pub fn foreign(&self, answer: Answer, silent: bool) -> ConnectorError {
        let place = &self.place;
        match answer.described().filter(|_| !is_own(answer)) {
            Some(who) => ConnectorError::new(
                ErrorKind::ProtocolMismatch,
                format!("At {place} answers {who}, not PostgreSQL."),
                "Check the port, or choose the engine that answers there.",
            ),
            None if silent => ConnectorError::new(
                ErrorKind::ConnectionLost,
                format!("{place} took the connection and closed it without a word."),
                "A proxy without a server behind it does so, and a server that is overloaded or \
                 filters addresses. Check the port and the server's log.",
            ),
            None => ConnectorError::new(
                ErrorKind::ProtocolMismatch,
                format!("What answers at {place} does not speak PostgreSQL's protocol."),
                "Check the port.",
            ),
        }
    }

    /// Rows that hold something else than was asked for.
    pub fn nonsense(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::ServerError,
            format!("{} answered what PostgreSQL would not.", self.place),
            "A proxy or a product that only looks like PostgreSQL may stand there.",
        )
    }

    /// Rows of something that is not there any more.
    pub fn dropped(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::ServerUnavailable,
            format!(
                "Something in '{}' was dropped while it was read.",
                self.database
            ),
            "Try again.",
        )
        .because(DROPPED)
    }

    /// The server stumbled, again and again, over what others change meanwhile.
    pub fn changing(&self, stumbled: ConnectorError) -> ConnectorError {
        let error = ConnectorError::new(
            ErrorKind::ServerUnavailable,
            format!(
                "The schema of '{}' changed while it was read, each time anew.",
                self.database
            ),
            "Refresh again when the changes are done. If nobody changes anything, the server's \
             own catalog may be damaged: server_message holds what it stumbled over.",
        );
        ConnectorError {
            kind: error.kind,
            message: error.message,
            hint: error.hint,
            ..stumbled
        }
        .because("changed_meanwhile")
    }

    fn lost(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::ConnectionLost,
            format!("The connection to {} ended in the middle.", self.place),
            "The server or something between ended it. Try again; the server's log tells more.",
        )
    }

    fn unproven(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::AuthenticationFailed,
            format!(
                "{} did not prove that it knows the user's password.",
                self.place
            ),
            "Something between may pose as the server, or its password was hashed with more than \
             100000 iterations (scram_iterations).",
        )
        .because("server_not_proven")
    }

    fn tripped(&self, trip: Trip) -> ConnectorError {
        let what = match trip {
            Trip::Bytes => "sent more than is taken from a server",
            Trip::Message => "announced a message longer than any is here",
            Trip::Foreign => return self.nonsense(),
        };
        ConnectorError::new(
            ErrorKind::LimitExceeded,
            format!("{} {what}.", self.place),
            "Choose fewer schemas or tables; if this is a small database, something else may \
             answer there.",
        )
    }

    fn refused(&self, said: &DbError, authenticated: bool) -> ConnectorError {
        let error = self.meaning(said.code().code(), said.routine(), authenticated);
        self.said(error, said)
    }

    fn said(&self, error: ConnectorError, said: &DbError) -> ConnectorError {
        let error = error.said_by_server(said.code().code(), said.message());
        match &self.password {
            Some(password) => error.scrubbed(password.expose_secret()),
            None => error,
        }
    }
}

fn is_lost(error: &Error) -> bool {
    let cause = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    let lost = |e: &io::Error| {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        matches!(
            e.kind(),
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
        )
    };
    error.is_closed() || cause.is_some_and(lost)
}

/// The TLS failure inside a driver's error: a server of TLS 1.3 refuses a client's certificate
/// only after the handshake is done for the client.
pub fn tls_inside(error: &Error) -> Option<&io::Error> {
    let cause = error.source()?.downcast_ref::<io::Error>()?;
    cause
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some()
        .then_some(cause)
}

/// Whether these bytes begin an `ErrorResponse` of the protocol's version 3: kind, length, and the
/// severity as the first field, where PostgreSQL puts it.
pub fn is_error_response(bytes: &[u8]) -> bool {
    matches!(bytes, [b'E', 0, 0, _, _, b'S', severity, ..] if severity.is_ascii_uppercase())
}

/// The caller's select is none.
pub fn invalid_query() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::InvalidQuery,
        "The query is no single select that this server can run.",
        "Write one SELECT, VALUES or WITH … SELECT without parameters and without a comment \
         behind its end; server_message says what the server objects to.",
    )
}

fn is_own(answer: Answer) -> bool {
    matches!(answer, Answer::Engine(driver) if driver.name == super::DRIVER.name)
}

#[cfg(test)]
mod tests {
    use super::super::codes::tests::about;
    use super::*;

    #[test]
    fn a_refusal_before_any_login_is_read_in_both_its_forms() {
        let new = b"E\0\0\0\x2bSFATAL\0VFATAL\0C53300\0Msorry, too many\0\0";
        let error = about().before_login(new).unwrap();
        assert_eq!(error.kind, ErrorKind::TooManyConnections);
        assert_eq!(error.server_code.as_deref(), Some("53300"));
        assert_eq!(error.server_message.as_deref(), Some("sorry, too many"));
        let old = b"Ecould not fork new process for connection\n\0";
        let error = about().before_login(old).unwrap();
        assert_eq!(error.kind, ErrorKind::ServerUnavailable);
        for other in [
            b"".as_slice(),
            b"E",
            b"EHLO",
            b"E\xff\xfe not text at all",
            b"SSH-2.0-x",
        ] {
            assert!(about().before_login(other).is_none(), "{other:?}");
        }
    }
}
