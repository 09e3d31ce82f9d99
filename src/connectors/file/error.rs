//! What can go wrong with a file, as our kinds of failure.

use std::io;

use super::bytes::Bomb;
use crate::connectors::{ConnectorError, ErrorKind, files};

/// The operating system failed, or what a file is packed with did.
pub fn io_failed(error: &io::Error, shown: &str) -> ConnectorError {
    let inner = error.get_ref();
    if inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<Bomb>) {
        return too_much(
            shown,
            "unpacks to far more than its size lets one expect",
            "Unpack it first.",
        );
    }
    match error.kind() {
        io::ErrorKind::NotFound => ConnectorError::new(
            ErrorKind::DatabaseNotFound,
            format!("'{shown}' is gone."),
            "Put it back, or connect the source anew.",
        ),
        io::ErrorKind::PermissionDenied => files::denied(shown),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            damaged(shown, "It ends too early, or is packed wrongly.")
        }
        _ => ConnectorError::new(
            ErrorKind::ServerError,
            format!("The operating system failed while '{shown}' was being read."),
            "Check the disk or network share that the file is on.",
        ),
    }
}

/// The file is not what its format wants; `what` says in a sentence what is wrong.
pub fn damaged(shown: &str, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerError,
        format!("'{shown}' is damaged. {what}"),
        "Write the file anew, or mend that place.",
    )
    .because("corrupt")
}

/// A record of a text is wrong, which begins at this line.
pub fn malformed(shown: &str, line: u64, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerError,
        format!("'{shown}' is malformed at line {line}: {what}."),
        "Mend that line, or say in the options how the file is written.",
    )
    .because("malformed")
}

/// The file is of another format than its name or the options say.
pub fn mismatch(shown: &str, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("'{shown}' looks like {what}."),
        "Say its true format as `format`, or give the file its true ending.",
    )
}

/// More than is taken of a file.
pub fn too_much(shown: &str, what: &str, hint: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("'{shown}' {what}."),
        hint.to_owned(),
    )
}
