//! What stands in the document of a workspace. Unknown fields are refused, as in that of a project.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::workspace::Workspace;
use crate::model::{Scope, SourceId, TableId, WorkspaceId};
use crate::rows::RowColumn;
use crate::services::transfer::{ProjectDocument, SourceDocument};

/// A workspace, and all that is in it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceExport {
    /// `headwater-workspace`.
    pub format: String,
    /// The version of the format.
    pub format_version: u32,
    /// The program that wrote it.
    pub program_version: String,
    /// When it was written.
    #[schema(value_type = String)]
    pub exported_at: Timestamp,
    /// The workspace itself.
    pub workspace: WorkspaceDocument,
    /// Its projects.
    pub projects: Vec<ProjectDocument>,
    /// Its sources with their tables, without secrets.
    pub sources: Vec<SourceDocument>,
    /// The schemas that were read of them.
    pub schemas: Vec<SchemaExport>,
    /// The copies of their tables.
    pub copies: Vec<CopyDocument>,
    /// The sources' secrets, sealed under a passphrase.
    pub secrets: Option<SealedSecrets>,
    /// Of all of it but `summary`.
    pub checksum: String,
    /// How much there is of what.
    pub summary: Option<Summary>,
    /// What the answer that it came in warned of.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub warnings: Option<Vec<String>>,
}

/// How much there is in a document.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorkspaceExportSummary)]
pub struct Summary {
    /// Tables of all sources.
    pub total_tables: u64,
    /// Projects.
    pub projects_exported: u64,
    /// Sources.
    pub sources_exported: u64,
    /// Versions of schemas.
    pub schemas_exported: u64,
    /// Copied rows.
    pub rows_exported: u64,
}

/// A workspace in a document.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedWorkspace)]
pub struct WorkspaceDocument {
    /// The id.
    pub id: WorkspaceId,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whatever its caller keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Option<Map<String, Value>>,
    /// Whose it was.
    pub scope: Scope,
    /// When it was made.
    #[schema(value_type = Option<String>)]
    pub created_at: Option<Timestamp>,
    /// When it was last saved.
    #[schema(value_type = Option<String>)]
    pub updated_at: Option<Timestamp>,
}

impl From<Workspace> for WorkspaceDocument {
    fn from(workspace: Workspace) -> Self {
        Self {
            id: workspace.id,
            name: workspace.name,
            description: workspace.description,
            metadata: Some(workspace.metadata),
            scope: workspace.scope,
            created_at: Some(workspace.created_at),
            updated_at: Some(workspace.updated_at),
        }
    }
}

/// What was read of a source's schema. The documents are the answers of `schema`, compressed by
/// gzip, in base64: a few percent of what they are in full.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedSchema)]
pub struct SchemaExport {
    /// The source.
    pub source_id: SourceId,
    /// The last that was read, where it is kept.
    pub document_gzip: Option<String>,
    /// All that differ from each other, the oldest first.
    pub versions: Vec<VersionDocument>,
}

/// A version of a schema in a document.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedVersion)]
pub struct VersionDocument {
    /// Its number.
    pub number: u32,
    /// Tells one content from another.
    pub fingerprint: String,
    /// When it was read.
    #[schema(value_type = String)]
    pub captured_at: Timestamp,
    /// When it was last what the source told.
    #[schema(value_type = String)]
    pub last_seen_at: Timestamp,
    /// The answer; absent in an archive, which has it in an entry of its own.
    pub document_gzip: Option<String>,
}

/// The copy of a table in a document.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedCopy)]
pub struct CopyDocument {
    /// The table.
    pub table_id: TableId,
    /// Its source.
    pub source_id: SourceId,
    /// Its columns, in order.
    pub columns: Vec<RowColumn>,
    /// The columns that tell rows apart.
    pub key: Vec<String>,
    /// Whether columns hold values of their type alone.
    pub strict: bool,
    /// Whether rows are kept by their key, which is one integer.
    pub integer_key: bool,
    /// How many rows it has.
    pub rows: u64,
    /// When it was last brought to the state of its source.
    #[schema(value_type = String)]
    pub synced_at: Timestamp,
    /// From where the next sync goes on.
    #[schema(value_type = Option<Object>)]
    pub cursor: Option<Value>,
    /// The rows, where they travel: of each its values, in the order of the columns.
    #[schema(value_type = Option<Vec<Vec<Object>>>)]
    pub data: Option<Vec<Vec<Value>>>,
}

/// Secrets under a passphrase: XChaCha20-Poly1305 under a key by argon2id (RFC 9106). What is bound
/// into each: its source's id, the field, and the source's settings, so that a password opens for
/// the host and user alone that it was given for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedSecrets {
    /// `argon2id`.
    pub kdf: String,
    /// Its memory.
    pub memory_kib: u32,
    /// Its passes.
    pub passes: u32,
    /// Its lanes.
    pub lanes: u32,
    /// Its salt, in base64.
    pub salt: String,
    /// `xchacha20poly1305`.
    pub cipher: String,
    /// A known text, which tells the right passphrase from a wrong one.
    pub check: SealedField,
    /// The sources that need nothing else to be reached, with the fields that each has.
    pub sources: Vec<SealedSource>,
}

/// The secrets of a source.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedSource {
    /// The source.
    pub source_id: SourceId,
    /// Its secrets, by their fields.
    pub fields: BTreeMap<String, SealedField>,
}

/// A sealed secret, in base64.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedField {
    /// The nonce.
    pub nonce: String,
    /// Ciphertext and tag.
    pub ciphertext: String,
}
