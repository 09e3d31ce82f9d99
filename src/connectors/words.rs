//! Words that messages are made of.

/// Passwords that stand in messages as words, ours and the servers': a gap in a known sentence would tell that
/// it is one of them, which the word itself does not.
pub(super) const ORDINARY: &[&str] = &[
    "access",
    "admin",
    "answer",
    "authentication",
    "check",
    "client",
    "connect",
    "connection",
    "database",
    "denied",
    "failed",
    "host",
    "login",
    "mariadb",
    "mongodb",
    "mysql",
    "name",
    "password",
    "port",
    "postgres",
    "refused",
    "role",
    "root",
    "secret",
    "server",
    "table",
    "test",
    "the",
    "this",
    "user",
    "using",
    "which",
    "with",
    "wrong",
];

#[cfg(test)]
mod tests {
    use crate::connectors::{ConnectorError, ErrorKind};

    #[test]
    fn a_password_that_is_an_ordinary_word_is_not_told_by_a_gap() {
        let message = "The server refused the user 'anna' with this password.";
        for word in ["password", "user", "this"] {
            let error = ConnectorError::new(ErrorKind::ServerError, message, "").scrubbed(word);
            assert_eq!(error.message, message);
        }
    }
}
