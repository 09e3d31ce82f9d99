//! The schema document, as it is answered and kept.

use std::collections::{HashMap, HashSet};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::SourceId;
use crate::model::source::SourceTable;
use crate::schema::{Schema, Table, Unreadable};

/// A source's schema, with where and when it was read.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SchemaDocument {
    /// The source; absent where nothing was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<SourceId>,
    /// The source's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The engine that answered.
    pub engine: String,
    /// The server's product.
    pub server_product: String,
    /// The server's version.
    pub server_version: String,
    /// The database that was read.
    pub database: Option<String>,
    /// When it was read.
    #[schema(value_type = String)]
    pub captured_at: Timestamp,
    /// Tells one content from another; estimates of rows do not count.
    pub fingerprint: String,
    /// Whether the source could not be read again when that was asked for.
    pub stale: bool,
    /// Why it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_reason: Option<String>,
    /// The tables.
    pub tables: Vec<Table>,
    /// What is there and could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// The schema (namespace) and the name of a table.
pub type TableKey = (Option<String>, String);

/// Gives each table the id by which the workspace addresses it, and leaves out those that were deleted from it.
pub fn address(schema: &mut Schema, known: Vec<SourceTable>, hidden: Vec<TableKey>) {
    let hidden: HashSet<TableKey> = hidden.into_iter().collect();
    let mut ids: HashMap<TableKey, String> = known
        .into_iter()
        .map(|table| ((table.schema, table.name), table.id.into()))
        .collect();
    schema.tables.retain_mut(|table| {
        let key = (table.schema.clone(), table.name.clone());
        table.id = ids.remove(&key);
        !hidden.contains(&key)
    });
}

/// Tells one schema from another, whatever its ids and estimates.
pub fn fingerprint(schema: &Schema) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    for table in &schema.tables {
        let content = Table {
            id: None,
            row_count_estimate: None,
            sampled_documents: None,
            ..table.clone()
        };
        hash.update(serde_json::to_vec(&content)?);
    }
    hash.update(serde_json::to_vec(&schema.unreadable)?);
    Ok(HEXLOWER.encode(&hash.finalize()[..16]))
}
