//! Jobs: work that goes on by itself, and is looked at from outside.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::JobId;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// It copies tables of sources into the workspace's own store.
    Sync,
    /// It reads the schema of a source.
    Schema,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Sync, Self::Schema];

    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Schema => "schema",
        }
    }
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It goes on.
    Running,
    /// All of it was done.
    Succeeded,
    /// Some of it was done, and some failed.
    Partial,
    /// None of it was done.
    Failed,
    /// A caller stopped it.
    Cancelled,
    /// The program ended meanwhile. It goes on where a caller says so.
    Interrupted,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Running,
        Self::Succeeded,
        Self::Partial,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn has_ended(self) -> bool {
        self != Self::Running
    }
}

/// A job as it is answered.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Job {
    /// The id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// How it stands.
    pub state: JobState,
    /// When it began.
    #[schema(value_type = String)]
    pub started_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    /// What was asked for.
    #[schema(value_type = Object)]
    pub request: Value,
    /// How far it is.
    #[schema(value_type = Object)]
    pub progress: Value,
    /// What came of it, once it has ended.
    #[schema(value_type = Object)]
    pub result: Value,
    /// The job that this one goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumes: Option<JobId>,
}
