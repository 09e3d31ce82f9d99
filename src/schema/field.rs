//! The fields of documents.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DataType, is_false};

/// A field of documents, with those inside of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its path from the top, names joined by dots; the elements of arrays take no name.
    pub path: String,
    /// In how many of the documents (or objects) around it, it stands, from 0 to 1. Objects inside
    /// of arrays count one by one.
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
    /// The values, where they are few: those that the validator lists (`enum`), then those that
    /// were seen; as JSON (`MongoDB`: relaxed Extended JSON).
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
    /// Of how many of the values, from 0 to 1; the shares of one field are 1 together, nulls
    /// among them. Absent where only the validator names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

impl FieldType {
    /// Whether it says of values that there is none.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.native_type.as_str(), "null" | "undefined")
    }

    /// The types of a field that its family and its text are made of: those that were seen, but
    /// for nulls; where there are none, those that the validator allows.
    fn telling(types: &[Self]) -> impl Iterator<Item = &Self> {
        let seen = |of: &&Self| !of.is_null() && of.share.is_some();
        let any_seen = types.iter().any(|of| seen(&of));
        types
            .iter()
            .filter(move |of| !of.is_null() && (!any_seen || of.share.is_some()))
    }

    /// The family for all of them.
    #[must_use]
    pub fn united(types: &[Self]) -> DataType {
        Self::telling(types)
            .map(|of| of.logical_type.clone())
            .reduce(DataType::united)
            .unwrap_or(DataType::Unknown)
    }

    /// Their native names in one text, by the alphabet: an order by shares would change from one
    /// sample to the next. Nulls are told apart, unless there is nothing else.
    #[must_use]
    pub fn text(types: &[Self]) -> String {
        let names: BTreeSet<_> = Self::telling(types)
            .map(|of| of.native_type.as_str())
            .collect();
        if !names.is_empty() {
            return names.into_iter().collect::<Vec<_>>().join(" | ");
        }
        let only = types.first().map(|of| of.native_type.as_str());
        only.unwrap_or("unknown").to_owned()
    }
}

/// What stands in arrays.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Items {
    /// The types of the elements, the most frequent first.
    pub types: Vec<FieldType>,
    /// Our own family for all of them.
    #[schema(value_type = String)]
    pub logical_type: DataType,
    /// The elements, where they are few; as those of a field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<serde_json::Value>>,
    /// Of objects: their fields, as first seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub fields: Vec<Field>,
    /// Whether its objects are maps, as of a field.
    #[serde(default, skip_serializing_if = "is_false")]
    pub map: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn types(of: &[(&str, DataType, Option<f64>)]) -> Vec<FieldType> {
        of.iter()
            .map(|(name, family, share)| FieldType {
                native_type: (*name).to_owned(),
                logical_type: family.clone(),
                share: *share,
            })
            .collect()
    }

    #[test]
    fn text_and_family_come_from_what_was_seen_else_from_what_is_allowed() {
        use DataType::{Int32, Int64, String, Unknown};

        for (of, text, family) in [
            (&[][..], "unknown", Unknown),
            (&[("null", Unknown, Some(1.0))], "null", Unknown),
            (
                &[("long", Int64, Some(0.6)), ("int", Int32, Some(0.4))],
                "int | long",
                Int64,
            ),
            (
                &[("string", String, None), ("null", Unknown, Some(1.0))],
                "string",
                String,
            ),
            (
                &[
                    ("int", Int32, Some(1.0)),
                    ("string", String, None),
                    ("null", Unknown, None),
                ],
                "int",
                Int32,
            ),
        ] {
            let types = types(of);
            assert_eq!(FieldType::text(&types), text);
            assert_eq!(FieldType::united(&types), family, "{text}");
        }
    }
}
