//! What stands beside tables: namespaces, types, sequences, extensions.

use serde::{Deserialize, Serialize};

use super::{Check, DataType, is_false};

/// A schema (namespace) of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The character set of new tables (`MySQL`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character_set: Option<String>,
    /// The collation of new tables (`MySQL`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
}

/// Refers to a type that is listed beside the tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TypeRef {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
}

/// A type of listed texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EnumType {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The values, in their order.
    pub values: Vec<String>,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A type with conditions over another one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Domain {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The type beneath, as the server writes it.
    #[serde(rename = "type")]
    pub native_type: String,
    /// Our own small family of types.
    #[schema(value_type = String)]
    pub logical_type: DataType,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// The default, as the server prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The collation, where it is not the default of the type beneath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Its conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A type of several fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Composite {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The fields, in order.
    pub fields: Vec<CompositeField>,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A field of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CompositeField {
    /// Its name.
    pub name: String,
    /// The native type, as the server writes it.
    #[serde(rename = "type")]
    pub native_type: String,
    /// Our own small family of types.
    #[schema(value_type = String)]
    pub logical_type: DataType,
}

/// A sequence. Its bounds and steps are texts: they may not fit a 64-bit float.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sequence {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The native type of its values.
    #[serde(rename = "type")]
    pub native_type: String,
    /// The first value.
    pub start: String,
    /// The step.
    pub increment: String,
    /// The smallest value.
    pub minimum: String,
    /// The greatest value.
    pub maximum: String,
    /// How many values a connection takes at once.
    pub cache: String,
    /// Whether it begins anew at the end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cycle: bool,
    /// The table whose column it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by_table: Option<super::TableRef>,
    /// The column that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by_column: Option<String>,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An extension of the server that is installed in the database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The schema that its objects stand in.
    pub schema: Option<String>,
    /// The comment on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
