//! What stands in documents. Unknown fields are refused: what is not understood would be lost.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::connectors::Settings;
use crate::model::project::Project;
use crate::model::source::{SourceTable, SourceType};
use crate::model::{ProjectId, SourceId, TableId};
use crate::schema::TableRef;
use crate::store::sources::SourceRecord;
use crate::store::tables::TableDraft;

/// A project, and the sources that it refers to.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectExport {
    /// `headwater-project`.
    pub format: String,
    /// The version of the format.
    pub format_version: u32,
    /// The program that wrote it.
    pub program_version: String,
    /// When it was written.
    #[schema(value_type = String)]
    pub exported_at: Timestamp,
    /// The project.
    pub project: ProjectDocument,
    /// Its sources.
    pub sources: Vec<SourceDocument>,
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
#[schema(as = ProjectExportSummary)]
pub struct Summary {
    /// Sources.
    pub total_sources: u64,
    /// Tables of all of them.
    pub total_tables: u64,
}

/// A project in a document.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedProject)]
pub struct ProjectDocument {
    /// The id.
    pub id: ProjectId,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whatever its caller keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Option<Map<String, Value>>,
    /// When it was made.
    #[schema(value_type = Option<String>)]
    pub created_at: Option<Timestamp>,
    /// When it was last saved.
    #[schema(value_type = Option<String>)]
    pub updated_at: Option<Timestamp>,
    /// Its sources, by their ids in the document.
    pub source_ids: Vec<SourceId>,
}

impl From<Project> for ProjectDocument {
    fn from(project: Project) -> Self {
        Self {
            id: project.id,
            name: project.name,
            description: project.description,
            metadata: Some(project.metadata),
            created_at: Some(project.created_at),
            updated_at: Some(project.updated_at),
            source_ids: project.source_ids,
        }
    }
}

/// A source in a document, without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedSource)]
pub struct SourceDocument {
    /// The id.
    pub id: SourceId,
    /// The name.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// The engine's name.
    pub engine: Option<String>,
    /// The product, as the server told it.
    pub server_product: Option<String>,
    /// The version, as the server told it.
    pub server_version: Option<String>,
    /// Where it is and what of it is wanted.
    #[schema(value_type = Object)]
    pub settings: Settings,
    /// Whatever its caller keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Option<Map<String, Value>>,
    /// Its tables.
    pub tables: Vec<TableDocument>,
}

/// A source as a document has it.
///
/// # Errors
/// Where its kept settings cannot be read.
pub fn source_document(
    record: SourceRecord,
    tables: impl IntoIterator<Item = impl Into<TableDocument>>,
) -> Result<SourceDocument, serde_json::Error> {
    let source = record.source;
    Ok(SourceDocument {
        id: source.id,
        name: source.name,
        source_type: source.source_type,
        engine: source.engine,
        server_product: record.server_product,
        server_version: record.server_version,
        settings: serde_json::from_str(&record.settings)?,
        metadata: Some(source.metadata),
        tables: tables.into_iter().map(Into::into).collect(),
    })
}

/// A table in a document.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportedTable)]
pub struct TableDocument {
    /// The id.
    pub id: TableId,
    /// The schema (namespace), where the engine has them.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// The kind, as in the schema document.
    #[serde(rename = "type")]
    pub kind: String,
    /// Exact count of rows, where one was made.
    pub row_count: Option<u64>,
    /// The catalog's own figure, where it has one.
    pub row_count_estimate: Option<u64>,
    /// Whether its owner deleted it from the workspace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

impl TableDocument {
    /// Its schema and name.
    #[must_use]
    pub fn reference(&self) -> TableRef {
        TableRef {
            schema: self.schema.clone(),
            name: self.name.clone(),
        }
    }
}

/// A table, and whether its owner deleted it.
impl From<(SourceTable, bool)> for TableDocument {
    fn from((table, hidden): (SourceTable, bool)) -> Self {
        Self {
            hidden,
            ..table.into()
        }
    }
}

impl From<SourceTable> for TableDocument {
    fn from(table: SourceTable) -> Self {
        Self {
            id: table.id,
            schema: table.schema,
            name: table.name,
            kind: table.kind,
            row_count: table.row_count,
            row_count_estimate: table.row_count_estimate,
            hidden: false,
        }
    }
}

impl From<TableDocument> for (TableId, TableDraft) {
    fn from(table: TableDocument) -> Self {
        let draft = TableDraft {
            schema: table.schema,
            name: table.name,
            kind: table.kind,
            row_count: table.row_count,
            row_count_estimate: table.row_count_estimate,
        };
        (table.id, draft)
    }
}
