//! The types of values: `MongoDB`'s names for them, and our families.

use mongodb::bson::RawArray;

use super::elements::kind;
use crate::schema::{DataType, FieldType};

/// Bytes of the subtype for UUIDs. No kind of BSON's own has this byte.
pub const UUID: u8 = 0x45;

/// What a validator calls a number of any width. No kind of BSON's own has this byte.
const NUMBER: u8 = 0x44;

/// Kind, alias (manual: $type, Available Types) and family; nulls and arrays have none of their own.
const TYPES: &[(u8, &str, Option<DataType>)] = &[
    (kind::DOUBLE, "double", Some(DataType::Float64)),
    (kind::STRING, "string", Some(DataType::String)),
    (kind::DOCUMENT, "object", Some(DataType::Object)),
    (kind::ARRAY, "array", None),
    (kind::BINARY, "binData", Some(DataType::Binary)),
    (UUID, "binData", Some(DataType::Uuid)),
    (kind::UNDEFINED, "undefined", None),
    (kind::OBJECT_ID, "objectId", Some(DataType::ObjectId)),
    (kind::BOOLEAN, "bool", Some(DataType::Boolean)),
    (kind::DATE, "date", Some(DataType::Timestamptz)),
    (kind::NULL, "null", None),
    (kind::REGEX, "regex", Some(DataType::String)),
    (kind::DB_POINTER, "dbPointer", Some(DataType::Unknown)),
    (kind::JAVASCRIPT, "javascript", Some(DataType::String)),
    (kind::SYMBOL, "symbol", Some(DataType::String)),
    (
        kind::JAVASCRIPT_WITH_SCOPE,
        "javascriptWithScope",
        Some(DataType::Unknown),
    ),
    (kind::INT, "int", Some(DataType::Int32)),
    (kind::TIMESTAMP, "timestamp", Some(DataType::Unknown)),
    (kind::LONG, "long", Some(DataType::Int64)),
    (kind::DECIMAL, "decimal", Some(DataType::Decimal(None))),
    (kind::MIN_KEY, "minKey", Some(DataType::Unknown)),
    (kind::MAX_KEY, "maxKey", Some(DataType::Unknown)),
    (NUMBER, "number", Some(DataType::Float64)),
];

/// How often each kind of value was seen in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds(Vec<(u8, u64)>);

impl Kinds {
    /// Kinds by their names in a validator; a name that is none of `MongoDB`'s is left out.
    pub fn named<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut kinds = Self::default();
        for name in names {
            // JSON Schema's own word, where MongoDB says `bool`.
            let name = if name == "boolean" { "bool" } else { name };
            if let Some((kind, ..)) = TYPES.iter().find(|(_, alias, _)| *alias == name) {
                kinds.add(*kind);
            }
        }
        kinds
    }

    /// The kinds of the values that a validator lists.
    pub fn of(values: &RawArray) -> Self {
        let mut kinds = Self::default();
        for value in values.into_iter().map_while(Result::ok) {
            let kind = value.element_type() as u8;
            if !kinds.0.iter().any(|(known, _)| *known == kind) {
                kinds.add(kind);
            }
        }
        kinds
    }

    /// Counts one value.
    pub fn add(&mut self, kind: u8) {
        match self.0.iter_mut().find(|(seen, _)| *seen == kind) {
            Some((_, count)) => *count += 1,
            None => self.0.push((kind, 1)),
        }
    }

    /// Adds those of another place.
    pub fn merge(&mut self, other: &Self) {
        for (kind, more) in &other.0 {
            match self.0.iter_mut().find(|(seen, _)| seen == kind) {
                Some((_, count)) => *count += more,
                None => self.0.push((*kind, *more)),
            }
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many values there were that are no nulls.
    pub fn values(&self) -> u64 {
        let values = self.0.iter().filter(|(kind, _)| !is_null(*kind));
        values.map(|(_, count)| count).sum()
    }

    /// What most of the values are, numbers of any width being one; nothing, where all are nulls.
    pub fn class(&self) -> Option<u8> {
        let class = |kind| match kind {
            kind::INT | kind::LONG | kind::DOUBLE | kind::DECIMAL => NUMBER,
            kind => kind,
        };
        let values = self.0.iter().filter(|(kind, _)| !is_null(*kind));
        let most = values.max_by_key(|(_, count)| *count)?;
        Some(class(most.0))
    }

    /// The types that were seen, the most frequent first; `items` is the family of what stands in
    /// arrays.
    pub fn seen(&self, items: &DataType) -> Vec<FieldType> {
        let total: u64 = self.0.iter().map(|(_, count)| count).sum();
        let mut counted = self.0.clone();
        counted.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        let seen = |(kind, count): &(u8, u64)| FieldType {
            share: Some(share(*count, total)),
            ..field_type(*kind, items)
        };
        counted.iter().map(seen).collect()
    }

    /// The types that a validator allows, in its order; as [`Self::seen`].
    pub fn allowed(&self, items: &DataType) -> Vec<FieldType> {
        let allowed = self.0.iter().map(|(kind, _)| field_type(*kind, items));
        allowed.collect()
    }
}

/// A part of a whole, from 0 to 1.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of values in a sample, far below 2^52"
)]
pub fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Whether a type is one of the numbers that validators call `number`.
pub fn is_number(alias: &str) -> bool {
    matches!(alias, "int" | "long" | "double" | "decimal")
}

/// What validators call a number of any width.
pub const NUMBER_ALIAS: &str = "number";

fn field_type(kind: u8, items: &DataType) -> FieldType {
    let known = TYPES.iter().find(|(known, ..)| *known == kind);
    FieldType {
        native_type: known.map_or("unknown", |(_, alias, _)| alias).to_owned(),
        logical_type: match (kind, known) {
            (kind::ARRAY, _) => DataType::Array(Box::new(items.clone())),
            (_, Some((_, _, Some(family)))) => family.clone(),
            _ => DataType::Unknown,
        },
        share: None,
    }
}

fn is_null(kind: u8) -> bool {
    matches!(kind, kind::NULL | kind::UNDEFINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kinds: &[u8]) -> Kinds {
        let mut all = Kinds::default();
        for kind in kinds {
            all.add(*kind);
        }
        all
    }

    fn told(types: &[FieldType]) -> Vec<(&str, String, Option<f64>)> {
        types
            .iter()
            .map(|t| (t.native_type.as_str(), t.logical_type.to_string(), t.share))
            .collect()
    }

    #[test]
    fn types_stand_by_their_shares_nulls_among_them() {
        let kinds = of(&[
            kind::NULL,
            kind::INT,
            kind::LONG,
            UUID,
            kind::BINARY,
            kind::INT,
            kind::ARRAY,
            0x77,
        ]);
        let expected = [
            ("int", "int32".to_owned(), Some(0.25)),
            ("array", "array<string>".to_owned(), Some(0.125)),
            ("binData", "binary".to_owned(), Some(0.125)),
            ("null", "unknown".to_owned(), Some(0.125)),
            ("long", "int64".to_owned(), Some(0.125)),
            ("binData", "uuid".to_owned(), Some(0.125)),
            ("unknown", "unknown".to_owned(), Some(0.125)),
        ];
        assert_eq!(told(&kinds.seen(&DataType::String)), expected);
        assert_eq!(of(&[]).seen(&DataType::Unknown), []);
    }

    #[test]
    fn a_validators_names_are_known_and_foreign_ones_left_out() {
        let kinds = Kinds::named(["int", "boolean", "number", "made up"].into_iter());
        let allowed = kinds.allowed(&DataType::Unknown);
        let expected = [
            ("int", "int32".to_owned(), None),
            ("bool", "boolean".to_owned(), None),
            ("number", "float64".to_owned(), None),
        ];
        assert_eq!(told(&allowed), expected);
    }

    #[test]
    fn numbers_are_one_class_and_nulls_are_none() {
        let class = |kinds| of(kinds).class();
        assert_eq!(class(&[kind::INT]), class(&[kind::DOUBLE, kind::NULL]));
        assert_ne!(class(&[kind::INT]), class(&[kind::STRING]));
        assert_eq!(class(&[kind::NULL]), None);
    }
}
