//! The schema document, as it is answered and kept.

use std::collections::{HashMap, HashSet};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{SourceId, TableId};
use crate::schema::{Schema, Table, spread};
use crate::store::tables::KnownTable;

/// A source's schema, with where and when it was read.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SchemaDocument {
    /// Where and when it was read.
    #[serde(flatten)]
    pub head: DocumentHead,
    /// What was read.
    #[serde(flatten)]
    pub schema: Schema,
}

/// Where and when a schema was read.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentHead {
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
    /// When it was read.
    #[schema(value_type = String)]
    pub captured_at: Timestamp,
    /// Tells one content from another; estimates of rows do not count.
    pub fingerprint: String,
    /// The number of this content among the versions of the source; absent where nothing was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Whether the source could not be read again when that was asked for.
    pub stale: bool,
    /// Why it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_reason: Option<String>,
}

impl DocumentHead {
    /// What tells this answer from others of the same source: its content, and the name that it was read under.
    pub fn tag(&self) -> String {
        tag(&self.fingerprint, self.name.as_deref().unwrap_or_default())
    }
}

/// What tells an answer from others of its source, by its fingerprint and the source's name.
pub fn tag(fingerprint: &str, name: &str) -> String {
    let name = Sha256::digest(name);
    format!("{fingerprint}-{}", HEXLOWER.encode(&name[..4]))
}

impl SchemaDocument {
    /// Reads a kept answer back. In two passes: one over both at once would hold the whole text
    /// apart before it is a schema.
    pub fn from_answer(answer: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Kept<T> {
            data: T,
        }
        let Kept { data: head } = serde_json::from_slice(answer)?;
        let Kept { data: schema } = serde_json::from_slice(answer)?;
        Ok(Self { head, schema })
    }
}

/// Gives each table the id by which the workspace addresses it.
pub fn address(schema: &mut Schema, known: &[KnownTable]) {
    let mut ids: HashMap<(Option<&str>, &str), &TableId> = known
        .iter()
        .map(|table| (key(table.name.schema.as_ref(), &table.name.name), &table.id))
        .collect();
    for table in &mut schema.tables {
        let id = ids.remove(&key(table.schema.as_ref(), &table.name));
        table.id = id.map(|id| id.as_str().to_owned());
    }
}

fn key<'a>(schema: Option<&'a String>, name: &'a str) -> (Option<&'a str>, &'a str) {
    (schema.map(String::as_str), name)
}

/// Leaves out the tables that were deleted from the workspace, by their ids: a version may have
/// them under names that they had before. Answers whether there were any.
pub fn leave_out_hidden(schema: &mut Schema, known: &[KnownTable]) -> bool {
    let hidden = known.iter().filter(|table| table.hidden);
    let hidden: HashSet<&str> = hidden.map(|table| table.id.as_str()).collect();
    let all = schema.tables.len();
    let is_hidden = |table: &Table| table.id.as_deref().is_some_and(|id| hidden.contains(id));
    schema.tables.retain(|table| !is_hidden(table));
    schema.tables.len() < all
}

/// Tells one schema from another, whatever its ids and figures.
pub fn fingerprint(schema: &Schema) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    let digest = |_, table: &Table| serde_json::to_vec(&table.structure()).map(Sha256::digest);
    for table in spread::over(schema.tables.iter().collect(), digest) {
        hash.update(table?);
    }
    let Schema {
        database: _,
        tables: _,
        schemas,
        enums,
        domains,
        composites,
        sequences,
        extensions,
        unreadable,
    } = schema;
    let beside = (
        schemas, enums, domains, composites, sequences, extensions, unreadable,
    );
    hash.update(serde_json::to_vec(&beside)?);
    Ok(HEXLOWER.encode(&hash.finalize()[..16]))
}
