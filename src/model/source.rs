//! Sources, and the tables of database sources.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{SourceId, TableId};

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceType {
    /// A database.
    Database,
    /// An HTTP(S) JSON endpoint.
    Api,
    /// Files below the configured folder.
    File,
}

impl SourceType {
    /// As it stands in requests and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Api => "api",
            Self::File => "file",
        }
    }
}

/// How a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// The last contact worked.
    Connected,
    /// The last contact failed.
    Unreachable,
    /// It came without its secret and waits for it.
    NeedsCredentials,
}

impl SourceStatus {
    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Unreachable => "unreachable",
            Self::NeedsCredentials => "needs_credentials",
        }
    }
}

/// A source as it is listed. It never carries a secret.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Source {
    /// The id.
    pub id: SourceId,
    /// The name, unique within the workspace.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// The engine's name (`postgresql`, `mysql`, …), as the server told it.
    pub engine: Option<String>,
    /// How it stands.
    pub status: SourceStatus,
    /// The host, for a reader's eye.
    pub host: Option<String>,
    /// The database or file, for a reader's eye.
    pub database: Option<String>,
    /// Whatever the caller keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// How many tables it has.
    pub table_count: u64,
    /// When it was first connected.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When its settings last changed.
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    /// When a contact was last tried.
    #[schema(value_type = Option<String>)]
    pub last_tested_at: Option<Timestamp>,
    /// When its schema was last read.
    #[schema(value_type = Option<String>)]
    pub schema_captured_at: Option<Timestamp>,
    /// When its data was last copied.
    #[schema(value_type = Option<String>)]
    pub last_synced_at: Option<Timestamp>,
}

/// A table of a source, addressable wherever a source id is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SourceTable {
    /// The id.
    pub id: TableId,
    /// The schema (namespace) that it stands in, where the engine has them.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// The kind, as in the schema document (`table`, `view`, `collection`, …).
    #[serde(rename = "type")]
    pub kind: String,
    /// Exact count of rows, where one was asked for and finished in time.
    pub row_count: Option<u64>,
    /// The catalog's own figure, where it has one.
    pub row_count_estimate: Option<u64>,
}
