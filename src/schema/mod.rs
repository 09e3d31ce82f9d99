//! Floor 0: one schema document for every engine, in the field's standard terms, so that a caller
//! needs no per-engine code.

mod data_type;

use serde::{Deserialize, Serialize};

pub use data_type::DataType;

/// What was read of a source. Tables stand in the order of schema and name; columns by position.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Schema {
    /// The database (or file) that was read, as the server names it.
    pub database: Option<String>,
    /// Every table-like object that was selected.
    pub tables: Vec<Table>,
    /// What exists but could not be read, so that nothing is dropped silently.
    pub unreadable: Vec<Unreadable>,
}

/// A table or anything that is read like one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Table {
    /// The id by which the workspace addresses it; absent where nothing was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
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
    /// The catalog's own figure of its rows; may be off by half. Absent where there is none.
    pub row_count_estimate: Option<u64>,
    /// Present where the columns come from a sample of documents: how many were looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled_documents: Option<u64>,
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// An ordinary table.
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

/// A column, or a top-level field of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Column {
    /// The name, as it is.
    pub name: String,
    /// From 1, without gaps.
    pub position: u32,
    /// The native type, as the server writes it, modifiers and all.
    #[serde(rename = "type")]
    pub native_type: String,
    /// Our own small family of types.
    #[schema(value_type = String)]
    pub logical_type: DataType,
    /// Whether it may be NULL (of a collection: whether it is ever null or absent).
    pub nullable: bool,
    /// The default, as the server prints the expression.
    pub default: Option<String>,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// The comment that its owner gave it.
    pub comment: Option<String>,
}

/// Something that is there and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Unreadable {
    /// Its name, with its schema where it has one.
    pub name: String,
    /// Why, in a sentence.
    pub why: String,
}
