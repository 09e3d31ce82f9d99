//! Indexes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::is_false;

/// An index, those of keys among them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether no two rows may have the same key.
    pub unique: bool,
    /// How it is built, as the engine calls it: `btree`, `hash`, `gin`, `fulltext`, `spatial`,
    /// `text`, `2dsphere`, `hashed`, `wildcard`, …
    pub method: String,
    /// What it is built over, in order.
    pub columns: Vec<IndexColumn>,
    /// Whether it is the primary key's.
    #[serde(default, skip_serializing_if = "is_false")]
    pub primary: bool,
    /// The constraint that it serves, where it was made by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// Columns that it holds without being ordered by them (`INCLUDE`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub included: Vec<String>,
    /// The condition of a partial index, as the server prints it; of `MongoDB` as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// Whether two NULLs count as equal (`NULLS NOT DISTINCT`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// Whether it leaves out documents without the field.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sparse: bool,
    /// Whether the planner passes it by (`INVISIBLE`, `IGNORED`, hidden).
    #[serde(default, skip_serializing_if = "is_false")]
    pub invisible: bool,
    /// Whether it is not usable, as after a failed concurrent build.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
    /// Seconds after which a document is deleted (TTL).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_after_seconds: Option<i64>,
    /// What else the engine keeps of it, by the engine's own words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub options: BTreeMap<String, serde_json::Value>,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// One key of an index: a column (or path), or an expression.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IndexColumn {
    /// The column, or the path of a field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The expression, as the server prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The order; absent where it has none, as in a hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Where NULLs stand, where that is not as the order has them by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<NullsOrder>,
    /// How many characters or bytes from the start are in it, where not all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_length: Option<u64>,
    /// The collation, where it is not the column's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// The operator class, where it is not the default of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_class: Option<String>,
    /// How this key is indexed, where it is otherwise than the index (`MongoDB`: `text`,
    /// `2dsphere`, `hashed`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Its weight in a text index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<i64>,
}

/// The order of an index's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// From small to great.
    Asc,
    /// From great to small.
    Desc,
}

/// Where NULLs stand in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NullsOrder {
    /// Before all else.
    First,
    /// After all else.
    Last,
}
