//! The logical types: small and closed, so that a caller can match on all of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A column's logical type. Nullability is the column's, never the type's. Written as text:
/// `int32`, `decimal(10,2)`, `array<string>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum DataType {
    /// True or false.
    Boolean,
    /// 8 bits, signed.
    Int8,
    /// 16 bits, signed.
    Int16,
    /// 32 bits, signed.
    Int32,
    /// 64 bits, signed.
    Int64,
    /// 64 bits, unsigned. Narrower unsigned types are the next wider signed one.
    Uint64,
    /// An exact decimal; precision and scale where the server tells them.
    Decimal(Option<(u32, i32)>),
    /// IEEE 754 single.
    Float32,
    /// IEEE 754 double.
    Float64,
    /// Text.
    String,
    /// Bytes; bit strings of `MySQL` too.
    Binary,
    /// A calendar date.
    Date,
    /// A time of day (of `MySQL`, also a span of hours).
    Time,
    /// Date and time without a zone.
    Timestamp,
    /// An instant.
    Timestamptz,
    /// A span of time.
    Interval,
    /// A UUID.
    Uuid,
    /// A JSON document.
    Json,
    /// A list.
    Array(Box<DataType>),
    /// A record or document with fields.
    Object,
    /// One of listed texts.
    Enum,
    /// A geometry or geography.
    Geometry,
    /// A `MongoDB` `ObjectId`.
    ObjectId,
    /// Several types in one column, as documents can have.
    Mixed,
    /// A type that we have no family for; the native type tells.
    #[default]
    Unknown,
}

const SIMPLE: &[(&str, DataType)] = &[
    ("boolean", DataType::Boolean),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("uint64", DataType::Uint64),
    ("decimal", DataType::Decimal(None)),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("string", DataType::String),
    ("binary", DataType::Binary),
    ("date", DataType::Date),
    ("time", DataType::Time),
    ("timestamp", DataType::Timestamp),
    ("timestamptz", DataType::Timestamptz),
    ("interval", DataType::Interval),
    ("uuid", DataType::Uuid),
    ("json", DataType::Json),
    ("object", DataType::Object),
    ("enum", DataType::Enum),
    ("geometry", DataType::Geometry),
    ("object_id", DataType::ObjectId),
    ("mixed", DataType::Mixed),
    ("unknown", DataType::Unknown),
];

impl DataType {
    /// What holds values of both: numbers widen, the elements of lists are united, all else that
    /// differs is mixed.
    #[must_use]
    pub fn united(self, other: Self) -> Self {
        let width = |data_type: &Self| {
            [Self::Int32, Self::Int64, Self::Float64, Self::Decimal(None)]
                .iter()
                .position(|known| known == data_type)
        };
        match (width(&self), width(&other)) {
            (Some(a), Some(b)) => return if a > b { self } else { other },
            _ if self == other => return self,
            _ => {}
        }
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => Self::Array(Box::new(match (*a, *b) {
                // Of lists that were empty.
                (Self::Unknown, known) | (known, Self::Unknown) => known,
                (a, b) => a.united(b),
            })),
            _ => Self::Mixed,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal(Some((precision, scale))) => write!(f, "decimal({precision},{scale})"),
            Self::Array(of) => write!(f, "array<{of}>"),
            simple => {
                let name = SIMPLE
                    .iter()
                    .find(|(_, t)| t == simple)
                    .map(|(name, _)| *name);
                f.write_str(name.unwrap_or("unknown"))
            }
        }
    }
}

impl FromStr for DataType {
    type Err = UnknownDataType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((_, simple)) = SIMPLE.iter().find(|(name, _)| *name == text) {
            return Ok(simple.clone());
        }
        let inside = |open: &str, close: char| text.strip_prefix(open)?.strip_suffix(close);
        if let Some(of) = inside("array<", '>') {
            return Ok(Self::Array(Box::new(of.parse()?)));
        }
        let modifiers = inside("decimal(", ')').and_then(|m| m.split_once(','));
        match modifiers.map(|(p, s)| (p.parse(), s.parse())) {
            Some((Ok(precision), Ok(scale))) => Ok(Self::Decimal(Some((precision, scale)))),
            _ => Err(UnknownDataType(text.to_owned())),
        }
    }
}

/// A text that names no logical type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no logical type")]
pub struct UnknownDataType(String);

impl From<DataType> for String {
    fn from(data_type: DataType) -> Self {
        data_type.to_string()
    }
}

impl TryFrom<String> for DataType {
    type Error = UnknownDataType;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_from_its_text() {
        let composed = [
            DataType::Decimal(Some((10, -2))),
            DataType::Array(Box::new(DataType::Array(Box::new(DataType::Decimal(
                Some((3, 1)),
            ))))),
        ];
        for data_type in SIMPLE.iter().map(|(_, t)| t.clone()).chain(composed) {
            assert_eq!(data_type.to_string().parse(), Ok(data_type));
        }
    }

    #[test]
    fn types_unite_to_what_holds_both() {
        for (one, other, both) in [
            ("int32", "int64", "int64"),
            ("float64", "int64", "float64"),
            ("float64", "decimal", "decimal"),
            ("string", "string", "string"),
            ("string", "int32", "mixed"),
            ("mixed", "int32", "mixed"),
            ("array<int32>", "array<int64>", "array<int64>"),
            ("array<unknown>", "array<string>", "array<string>"),
            ("array<string>", "string", "mixed"),
        ] {
            let (one, other): (DataType, DataType) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(one.clone().united(other.clone()).to_string(), both);
            assert_eq!(other.united(one).to_string(), both);
        }
    }

    #[test]
    fn a_text_that_is_no_type_is_refused() {
        for text in [
            "",
            "int",
            "array<",
            "array<x>",
            "decimal(1)",
            "decimal(a,b)",
        ] {
            assert!(text.parse::<DataType>().is_err(), "{text}");
        }
    }
}
