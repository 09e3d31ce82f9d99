//! What can go wrong with a source, told by code and never by a driver's text alone.

use std::num::NonZeroU32;

use serde::Serialize;

/// How far a connection came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The host's name was looked up.
    Resolve,
    /// A TCP connection was opened.
    Connect,
    /// TLS was negotiated.
    Tls,
    /// The login was checked.
    Authenticate,
    /// The database was opened.
    OpenDatabase,
    /// The catalog was read.
    ReadCatalog,
}

impl Stage {
    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Authenticate => "authenticate",
            Self::OpenDatabase => "open_database",
            Self::ReadCatalog => "read_catalog",
        }
    }
}

/// The kinds of failure, the same for all engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The name is unknown, or nobody answered for it.
    DnsFailure,
    /// The operator's rules refuse this address.
    HostNotAllowed,
    /// Nothing listens there.
    ConnectionRefused,
    /// No answer to the attempt to connect: filtered, or no such machine.
    ConnectTimeout,
    /// The network said that there is no way to it.
    NetworkUnreachable,
    /// The connection ended in the middle.
    ConnectionLost,
    /// Connected, and then no answer in time.
    Timeout,
    /// Something else answers there.
    ProtocolMismatch,
    /// The server takes no connection without TLS.
    TlsRequired,
    /// TLS was asked for and the server has none.
    TlsNotOffered,
    /// The handshake failed for another reason than the certificate.
    TlsFailed,
    /// The server's certificate does not stand the check asked for.
    CertificateInvalid,
    /// Wrong user or password, or no login allowed.
    AuthenticationFailed,
    /// The server wants a way to log in that is not built in.
    AuthenticationUnsupported,
    /// There is no such database (or file).
    DatabaseNotFound,
    /// The login lacks a right.
    PermissionDenied,
    /// The server, or the login, has no connection to spare.
    TooManyConnections,
    /// The server blocks this client for its errors.
    HostBlocked,
    /// The server is starting, stopping or recovering.
    ServerUnavailable,
    /// Too old, or a product that only looks alike.
    UnsupportedServer,
    /// The caller's `query` is not a select that can be described.
    InvalidQuery,
    /// More than this program takes from an unknown server.
    LimitExceeded,
    /// The server refused a statement of ours, or answered what it should not.
    ServerError,
}

impl ErrorKind {
    /// The code in answers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DnsFailure => "dns_failure",
            Self::HostNotAllowed => "host_not_allowed",
            Self::ConnectionRefused => "connection_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::NetworkUnreachable => "network_unreachable",
            Self::ConnectionLost => "connection_lost",
            Self::Timeout => "timeout",
            Self::ProtocolMismatch => "protocol_mismatch",
            Self::TlsRequired => "tls_required",
            Self::TlsNotOffered => "tls_not_offered",
            Self::TlsFailed => "tls_failed",
            Self::CertificateInvalid => "certificate_invalid",
            Self::AuthenticationFailed => "authentication_failed",
            Self::AuthenticationUnsupported => "authentication_unsupported",
            Self::DatabaseNotFound => "database_not_found",
            Self::PermissionDenied => "permission_denied",
            Self::TooManyConnections => "too_many_connections",
            Self::HostBlocked => "host_blocked",
            Self::ServerUnavailable => "server_unavailable",
            Self::UnsupportedServer => "unsupported_server",
            Self::InvalidQuery => "invalid_query",
            Self::LimitExceeded => "limit_exceeded",
            Self::ServerError => "server_error",
        }
    }

    /// Whether the same attempt may work a little later.
    #[must_use]
    pub fn retryable(self) -> bool {
        matches!(
            self,
            Self::ConnectTimeout
                | Self::ConnectionLost
                | Self::Timeout
                | Self::TooManyConnections
                | Self::ServerUnavailable
        )
    }
}

/// A failure of a source: what, where, and what to do about it.
///
/// `message` and `hint` are ours and safe to show. What the server itself said stands apart, so
/// that it can be shown as the server's words, bounded and scrubbed of the login's secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConnectorError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// How far it came.
    pub stage: Option<Stage>,
    /// What happened, in a sentence.
    pub message: String,
    /// What to do next, in a sentence.
    pub hint: String,
    /// The server's own code: SQLSTATE, errno, `MongoDB` code.
    pub server_code: Option<String>,
    /// The server's own words.
    pub server_message: Option<String>,
    /// A finer reason within the kind, such as `wrong_name` of a certificate.
    pub reason: Option<&'static str>,
    /// The character of the caller's statement that the server objects to, counted from 1.
    pub position: Option<NonZeroU32>,
}

/// The longest part of a server's message that is kept, in bytes.
const SERVER_MESSAGE_LIMIT: usize = 500;

impl ConnectorError {
    /// A failure of this kind; `message` says what happened, `hint` what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            kind,
            stage: None,
            message: message.into(),
            hint: hint.into(),
            server_code: None,
            server_message: None,
            reason: None,
            position: None,
        }
    }

    /// Says at which stage, unless that is already known.
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        self.stage.get_or_insert(stage);
        self
    }

    /// Adds the server's own code and words, cut to a bound and freed of control characters.
    #[must_use]
    pub fn said_by_server(mut self, code: impl Into<String>, message: &str) -> Self {
        self.server_code = Some(code.into());
        let printable = printable(message);
        let end = printable.floor_char_boundary(SERVER_MESSAGE_LIMIT);
        self.server_message = Some(printable[..end].to_owned());
        self
    }

    /// Adds a finer reason.
    #[must_use]
    pub fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Adds the character of the caller's statement that the server objects to, counted from 1.
    #[must_use]
    pub fn at_character(mut self, position: Option<u32>) -> Self {
        self.position = position.and_then(NonZeroU32::new);
        self
    }

    /// Removes every occurrence of `secret` from what will be shown.
    #[must_use]
    pub fn scrubbed(mut self, secret: &str) -> Self {
        // Shorter ones would blank out half of every message and hide nothing that is not guessed.
        if secret.len() >= 3 && !super::words::ORDINARY.contains(&secret) {
            let clean = |text: &mut String| *text = text.replace(secret, "***");
            clean(&mut self.message);
            clean(&mut self.hint);
            if let Some(said) = &mut self.server_message {
                // It stands there as it was made printable, and the bound may have cut it in two.
                let secret = printable(secret);
                let cut = said.len() + 4 > SERVER_MESSAGE_LIMIT;
                *said = said.replace(&secret, "***");
                let beginning = (3..secret.len())
                    .rev()
                    .find(|end| secret.get(..*end).is_some_and(|part| said.ends_with(part)));
                if let (true, Some(length)) = (cut, beginning) {
                    said.truncate(said.len() - length);
                    said.push_str("***");
                }
            }
        }
        self
    }
}

/// A text without control characters.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_bounded_and_scrubbed_of_the_password() {
        let said = format!("bad password hunter2 \n{}", "é".repeat(1000));
        let error = ConnectorError::new(ErrorKind::ServerError, "no hunter2", "")
            .said_by_server("1", &said)
            .scrubbed("hunter2");
        let shown = error.server_message.unwrap();
        assert!(shown.starts_with("bad password ***  é"));
        assert!(shown.len() <= SERVER_MESSAGE_LIMIT);
        assert_eq!(error.message, "no ***");
    }

    #[test]
    fn no_half_of_a_secret_stays_where_the_servers_words_are_cut() {
        for (secret, before) in (480..=SERVER_MESSAGE_LIMIT)
            .flat_map(|before| [("hunter2", before), ("a\tä secret", before)])
        {
            let said = format!("{}{secret}", "-".repeat(before));
            let error = ConnectorError::new(ErrorKind::ServerError, "", "")
                .said_by_server("1", &said)
                .scrubbed(secret);
            let shown = error.server_message.unwrap();
            let rest = shown.trim_start_matches('-');
            assert!(
                rest == "***" || printable(secret).starts_with(rest) && rest.len() < 3,
                "{before}: {shown}"
            );
        }
        let whole = ConnectorError::new(ErrorKind::ServerError, "", "")
            .said_by_server("1", "a hunt")
            .scrubbed("hunter2");
        assert_eq!(whole.server_message.as_deref(), Some("a hunt"));
    }

    #[test]
    fn the_first_stage_told_is_kept() {
        let error = ConnectorError::new(ErrorKind::Timeout, "", "")
            .at(Stage::Tls)
            .at(Stage::Connect);
        assert_eq!(error.stage, Some(Stage::Tls));
    }
}
