//! Why a job failed, as its result tells it.

use serde::Serialize;

use super::sources::SourceError;
use crate::connectors::ConnectorError;

/// Why a job, or a part of one, failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Failure {
    /// For a program.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// A finer reason within the code, such as `table_not_found`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The source's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_code: Option<String>,
    /// The source's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_message: Option<String>,
}

impl From<&ConnectorError> for Failure {
    fn from(error: &ConnectorError) -> Self {
        Self {
            code: error.kind.code(),
            message: error.message.clone(),
            hint: error.hint.clone(),
            reason: error.reason,
            server_code: error.server_code.clone(),
            server_message: error.server_message.clone(),
        }
    }
}

impl From<&SourceError> for Failure {
    fn from(error: &SourceError) -> Self {
        match error {
            SourceError::Connector(error) => Self::from(error),
            other => Self {
                code: match other {
                    SourceError::NeedsCredentials => "needs_credentials",
                    SourceError::NotFound(_) => "not_found",
                    SourceError::Config(_) => "invalid_connection",
                    SourceError::Busy | SourceError::Share | SourceError::Unsettled => "busy",
                    _ => "internal_error",
                },
                message: format!("The source could not be read: {other}."),
                hint: "Test its connection, and try again.".to_owned(),
                reason: None,
                server_code: None,
                server_message: None,
            },
        }
    }
}

impl Failure {
    /// Something broke inside.
    #[must_use]
    pub fn inside() -> Self {
        Self {
            code: "internal_error",
            message: "Something went wrong inside Headwater.".to_owned(),
            hint: "Try again; if it stays, look into the server's log.".to_owned(),
            reason: None,
            server_code: None,
            server_message: None,
        }
    }
}
