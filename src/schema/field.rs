//! The fields of documents.

use serde::{Deserialize, Serialize};

use super::{DataType, is_false};

/// A field of documents, with those inside of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its path from the top, names joined by dots; the elements of arrays take no name.
    pub path: String,
    /// In how many of the documents (or objects) around it, it stands, from 0 to 1.
    pub presence: f64,
    /// Whether every one of those that were seen has it.
    pub always: bool,
    /// Whether the validator demands it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// How it is known.
    pub origin: Origin,
    /// The types that its values have, the most frequent first.
    pub types: Vec<FieldType>,
    /// Our own family for all of them.
    #[schema(value_type = String)]
    pub logical_type: DataType,
    /// The values, where they are few; as JSON (`MongoDB`: relaxed Extended JSON).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<serde_json::Value>>,
    /// Of arrays: what stands in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Items>>,
    /// Of objects: their fields, as first seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub fields: Vec<Field>,
    /// Whether its objects are maps: their many keys are data and share one shape, which stands in
    /// `fields` under the name `*`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub map: bool,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A type that values of a field have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldType {
    /// The native name of the type (`MongoDB`: the aliases of `$type`).
    #[serde(rename = "type")]
    pub native_type: String,
    /// Our own small family of types.
    #[schema(value_type = String)]
    pub logical_type: DataType,
    /// Of how many of the values, from 0 to 1. Absent where only the validator names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

/// What stands in arrays.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Items {
    /// The types of the elements, the most frequent first.
    pub types: Vec<FieldType>,
    /// Our own family for all of them.
    #[schema(value_type = String)]
    pub logical_type: DataType,
    /// Of objects: their fields, as first seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub fields: Vec<Field>,
    /// Of arrays in arrays: what stands in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub items: Option<Box<Items>>,
}

/// How a field is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Documents of the sample have it.
    #[default]
    Sample,
    /// The validator names it, and no document of the sample has it.
    Validator,
    /// Both.
    Both,
    /// An earlier sample had it, this one does not.
    Earlier,
}

/// What documents must be like to be taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Validator {
    /// The whole expression, as the server keeps it.
    #[schema(value_type = Object)]
    pub expression: serde_json::Value,
    /// Which writes are checked: `strict`, `moderate` or `off`.
    pub level: String,
    /// What happens to those that do not fit: `error` or `warn`.
    pub action: String,
}
