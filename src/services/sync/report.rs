//! What a copy did, as it is answered.

use serde::Serialize;

use super::SyncError;
use super::cursor::Cursor;
use crate::local::LocalError;
use crate::model::job::JobState;
use crate::model::{SourceId, TableId};
use crate::services::failure::Failure;

/// What a sync did.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct SyncReport {
    /// Rows that were written, of all tables.
    pub records_processed: u64,
    /// By source.
    pub sources: Vec<SourceReport>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl SyncReport {
    /// How the job stands that did this.
    #[must_use]
    pub fn state(&self) -> JobState {
        let tables = self.sources.iter().flat_map(|source| &source.tables);
        let failed = self.sources.iter().any(|source| source.error.is_some())
            || tables
                .clone()
                .any(|table| table.status == TableStatus::Failed);
        let copied = self.sources.iter().any(SourceReport::has_copied);
        match (failed, copied) {
            (false, _) => JobState::Succeeded,
            (true, true) => JobState::Partial,
            (true, false) => JobState::Failed,
        }
    }
}

impl SourceReport {
    /// Whether a table of it was copied.
    #[must_use]
    pub fn has_copied(&self) -> bool {
        let mut tables = self.tables.iter();
        tables.any(|table| table.status == TableStatus::Copied)
    }
}

/// What it did with a source.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SourceReport {
    /// The source.
    pub id: SourceId,
    /// Its name.
    pub name: String,
    /// Rows that were written.
    pub rows_written: u64,
    /// By table.
    pub tables: Vec<TableReport>,
    /// Why none of its tables was copied, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// What became of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableStatus {
    /// Its copy is of now.
    Copied,
    /// It was left out.
    Skipped,
    /// Its copy is as it was.
    Failed,
}

/// What it did with a table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TableReport {
    /// The table.
    pub id: Option<TableId>,
    /// Its schema, where the engine has them.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub status: TableStatus,
    /// How it was copied: `full_refresh`, `upsert` or `append`.
    pub strategy: Option<&'static str>,
    /// Why so, or why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Rows that were read.
    pub rows_read: u64,
    /// Rows that are new in the copy or have changed in it.
    pub rows_written: u64,
    /// Rows that were in the copy already, as they are.
    pub rows_unchanged: u64,
    /// Rows that left the copy, where deletes were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_deleted: Option<u64>,
    /// Rows that the copy has now.
    pub rows_total: u64,
    /// Bytes of values that were read.
    pub bytes_read: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// From where the next copy goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub cursor: Option<Cursor>,
    /// What this way of copying cannot see, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blind_spots: Vec<String>,
    /// What is different from the last copy, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schema_changes: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

impl TableReport {
    /// That of a table of which nothing was read.
    #[must_use]
    pub fn empty(id: &TableId, schema: Option<&String>, name: &str, status: TableStatus) -> Self {
        Self {
            id: Some(id.clone()),
            schema: schema.cloned(),
            name: name.to_owned(),
            status,
            strategy: None,
            reason: None,
            rows_read: 0,
            rows_written: 0,
            rows_unchanged: 0,
            rows_deleted: None,
            rows_total: 0,
            bytes_read: 0,
            seconds: 0.0,
            cursor: None,
            blind_spots: Vec::new(),
            schema_changes: Vec::new(),
            error: None,
        }
    }
}

impl From<&LocalError> for Failure {
    fn from(error: &LocalError) -> Self {
        Self {
            code: match error {
                LocalError::TooLarge => "limit_exceeded",
                _ => "store_unavailable",
            },
            message: format!("The copy could not be written: {error}."),
            hint: "The last copy is as it was; copy again once this is mended.".to_owned(),
            reason: None,
            server_code: None,
            server_message: None,
        }
    }
}

impl From<&SyncError> for Failure {
    fn from(error: &SyncError) -> Self {
        match error {
            SyncError::Source(error) => error.into(),
            SyncError::Local(error) => error.into(),
            other => Self {
                message: format!("Nothing was copied: {other}."),
                ..Self::inside()
            },
        }
    }
}

impl Failure {
    /// A table that could not be read.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        Self {
            code: "server_error",
            message: why.to_owned(),
            hint: "Its last copy is as it was. Read the schema of the source, and copy again once \
                   it is there."
                .to_owned(),
            reason: None,
            server_code: None,
            server_message: None,
        }
    }

    /// A table that cannot be copied as it was asked for.
    #[must_use]
    pub fn not_so(message: String) -> Self {
        Self {
            code: "invalid_field",
            message,
            hint: "Ask for another mode or cursor.".to_owned(),
            reason: None,
            server_code: None,
            server_message: None,
        }
    }
}
