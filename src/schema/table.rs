//! Tables, and all that is read like one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Check, Column, Exclusion, Field, ForeignKey, Index, Key, Validator, is_false};

/// A table or anything that is read like one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Table {
    /// The id by which the workspace addresses it; absent where nothing was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the engine itself knows it by, whatever it is called: `pg_class.oid` of `PostgreSQL`,
    /// the UUID of a `MongoDB` collection. Absent where the engine tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_id: Option<String>,
    /// The schema (namespace) that it stands in, where the engine has them.
    pub schema: Option<String>,
    /// The name, as it is: opaque, any characters.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// The comment that its owner gave it.
    pub comment: Option<String>,
    /// The columns, by position. Of a sampled collection: its top-level fields, as first seen.
    pub columns: Vec<Column>,
    /// The columns of the primary key, in the order of the key. Empty where there is none.
    pub primary_key: Vec<String>,
    /// The primary and unique constraints, the primary one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// The references that are declared.
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKey>,
    /// The references that names and types let one suppose, where none are declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inferred_relationships: Vec<InferredRelationship>,
    /// The conditions that every row meets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// The exclusion constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// The indexes, those of keys among them.
    #[serde(default)]
    pub indexes: Vec<Index>,
    /// The triggers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// Whether rows are shown by policies, and by which; absent where that is off and none is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_security: Option<RowSecurity>,
    /// How its rows are dealt out to partitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitioning: Option<Partitioning>,
    /// Of a partition: of what, and which part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<PartitionOf>,
    /// The tables that it inherits from (`PostgreSQL`), in order; a partition has `partition_of`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<TableRef>,
    /// Of a view: the select, as the server prints it; of `MongoDB` the pipeline as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Of a view: which of the rows written through it must be shown by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_option: Option<ViewCheck>,
    /// The storage engine (`MySQL`), access method (`PostgreSQL`, where it is not heap), module
    /// (`SQLite`'s virtual tables) or foreign server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The character set of new columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character_set: Option<String>,
    /// The collation of new columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// What else the engine keeps of it, by the engine's own words: storage parameters, `STRICT`,
    /// capped sizes, time series settings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub options: BTreeMap<String, serde_json::Value>,
    /// The catalog's own figure of its rows; may be off by half. Absent where there is none.
    pub row_count_estimate: Option<u64>,
    /// What it takes on disk without its indexes, in bytes, as far as the engine tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// What its indexes take on disk, in bytes, as far as the engine tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_size_bytes: Option<u64>,
    /// Present where the columns come from a sample of documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    /// The fields of its documents with those inside of them; `columns` are the topmost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// What documents must be like to be taken (`MongoDB`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<Validator>,
    /// Whether its conditions, expressions and selects could not be printed this time, since others had
    /// locked it. `unreadable` says so to callers.
    #[serde(skip)]
    pub half_read: bool,
}

/// What a table is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// An ordinary table.
    #[default]
    Table,
    /// A table whose rows live in its partitions.
    PartitionedTable,
    /// A partition of one.
    Partition,
    /// A view.
    View,
    /// A view whose rows are kept.
    MaterializedView,
    /// A table of another server.
    ForeignTable,
    /// A table that keeps the history of its rows (`MariaDB`: `WITH SYSTEM VERSIONING`).
    SystemVersioned,
    /// A virtual table (`SQLite` modules).
    VirtualTable,
    /// A collection of documents.
    Collection,
    /// A time series collection.
    TimeSeries,
    /// A read-only select that the caller named.
    Query,
}

impl TableKind {
    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::PartitionedTable => "partitioned_table",
            Self::Partition => "partition",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::ForeignTable => "foreign_table",
            Self::SystemVersioned => "system_versioned",
            Self::VirtualTable => "virtual_table",
            Self::Collection => "collection",
            Self::TimeSeries => "time_series",
            Self::Query => "query",
        }
    }
}

/// The name of a table.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct TableRef {
    /// Its schema, where the engine has them.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
}

/// A reference that nobody declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InferredRelationship {
    /// The columns (or paths of fields) that refer.
    pub columns: Vec<String>,
    /// The schema of the table that is supposedly referred to, where the engine has schemas.
    pub referenced_schema: Option<String>,
    /// The table that is supposedly referred to.
    pub referenced_table: String,
    /// The columns that are supposedly referred to, in the order of `columns`.
    pub referenced_columns: Vec<String>,
    /// Why it is supposed, in a sentence.
    pub reason: String,
}

/// How a table's rows are dealt out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Partitioning {
    /// By what: `range`, `list`, `hash`, `key`, `range_columns`, …
    pub strategy: String,
    /// The key, as the server prints it.
    pub key: String,
    /// How each partition is dealt out once more (`MySQL`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub subpartitioning: Option<Box<Partitioning>>,
    /// The partitions, in order.
    pub partitions: Vec<Partition>,
}

/// One partition, as its parent lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Partition {
    /// Its schema, where it is a table of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Which rows are its own, as the server prints it; absent where the strategy tells (hash, key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
}

/// What a partition is part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartitionOf {
    /// The schema of the parent.
    pub schema: Option<String>,
    /// The parent.
    pub name: String,
    /// Which rows are its own, as the server prints it.
    pub bound: String,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// When it runs: `before`, `after` or `instead_of`.
    pub timing: String,
    /// On what: `insert`, `update`, `delete`, `truncate`.
    pub events: Vec<String>,
    /// Whether it runs for each row; else once for a statement.
    pub for_each_row: bool,
    /// What it does, as the server prints it.
    pub definition: String,
    /// Whether it is switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Security by rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowSecurity {
    /// Whether it is on.
    pub enabled: bool,
    /// Whether it holds for the table's owner too.
    pub forced: bool,
    /// The policies, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy>,
}

/// A policy of security by rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// For which command: `all`, `select`, `insert`, `update`, `delete`.
    pub command: String,
    /// Whether one of its kind is enough; else all of them must hold.
    pub permissive: bool,
    /// The roles that it is for; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Which rows are shown, as the server prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// Which rows may be written, as the server prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_check: Option<String>,
}

/// Which rows written through a view must be shown by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewCheck {
    /// By this view's own condition.
    Local,
    /// By this view's and those of all views beneath.
    Cascaded,
}

/// The documents that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sample {
    /// How many.
    pub documents: u64,
    /// How they were chosen: `all`, `random` (some of the first and last among them), `ends`
    /// (the first and the last by `_id`), `first`.
    pub method: String,
    /// What was left out so that the answer stays bounded, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
}
