//! What a source, or the way to it, refuses: told as the API tells it.

use std::fmt;

use crate::http::ApiError;
use crate::services::sources::SourceError;

/// A failure with its code, and what to do next.
#[derive(Debug)]
pub(super) struct Refusal(ApiError);

impl Refusal {
    /// Whether the command line itself was wrong.
    pub(super) fn asked_wrongly(&self) -> bool {
        self.0.is_bad_request()
    }
}

impl From<SourceError> for Refusal {
    fn from(error: SourceError) -> Self {
        Self(crate::http::refusal(error, ""))
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (message, hint) = (self.0.message(), self.0.hint());
        write!(f, "{message} ({})", self.0.code())?;
        if hint.is_empty() {
            return Ok(());
        }
        write!(f, "\nhint: {hint}")
    }
}

impl std::error::Error for Refusal {}
