//! What a caller's text stands for, in a column of some type.

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Decimal128, Uuid};

use super::super::extended;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::schema::DataType;

/// One reading of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The value.
    pub value: Bson,
    /// Whether the text stands for a little more: for a time that lies before the next millisecond.
    pub more: bool,
}

impl From<Bson> for Reading {
    fn from(value: Bson) -> Self {
        let more = false;
        Self { value, more }
    }
}

/// What `text` may stand for: one value, or several where the column holds several types.
///
/// Beside the forms of [`crate::rows`], all columns but those of texts take Extended JSON, by which
/// a value of another type than the column's is told.
pub fn readings(
    column: &str,
    logical_type: &DataType,
    text: &str,
) -> Result<Vec<Reading>, ConnectorError> {
    let found: Vec<Reading> = match logical_type {
        DataType::String | DataType::Enum => vec![Bson::from(text).into()],
        _ if text.starts_with(['{', '[']) => {
            extended_json(text).map(Into::into).into_iter().collect()
        }
        DataType::Boolean => boolean(text).into_iter().collect(),
        DataType::Decimal(_) => decimal(text).into_iter().collect(),
        t if is_number(t) => number(text).into_iter().collect(),
        DataType::ObjectId => object_id(text).into_iter().collect(),
        DataType::Date | DataType::Timestamp | DataType::Timestamptz => {
            time(text).into_iter().collect()
        }
        DataType::Uuid => uuid(text).into_iter().collect(),
        DataType::Array(of) => return readings(column, of, text),
        DataType::Mixed | DataType::Unknown => any(text),
        _ => Vec::new(),
    };
    if found.is_empty() {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            format!("The column '{column}' of type {logical_type} can hold no such value."),
            "Write it as the column's values are shown, or as Extended JSON.",
        ));
    }
    Ok(found)
}

/// Whether values of a type are numbers.
pub fn is_number(logical_type: &DataType) -> bool {
    matches!(
        logical_type,
        DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Uint64
            | DataType::Decimal(_)
            | DataType::Float32
            | DataType::Float64
    )
}

fn any(text: &str) -> Vec<Reading> {
    let truth = match text {
        "true" | "false" => boolean(text),
        _ => None,
    };
    let others = [truth, number(text), object_id(text), uuid(text), time(text)];
    let mut all = vec![Bson::from(text).into()];
    all.extend(others.into_iter().flatten());
    all
}

fn extended_json(text: &str) -> Option<Bson> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    Bson::try_from(json).ok()
}

fn boolean(text: &str) -> Option<Reading> {
    match text {
        "1" | "true" => Some(Bson::Boolean(true).into()),
        "0" | "false" => Some(Bson::Boolean(false).into()),
        _ => None,
    }
}

/// Whole numbers stay exact; the server compares numbers of different widths by what they are.
fn number(text: &str) -> Option<Reading> {
    let plausible = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Bson::Int64(whole).into());
    }
    if text.chars().all(plausible) || ["NaN", "Infinity", "-Infinity"].contains(&text) {
        return Some(Bson::Double(text.parse().ok()?).into());
    }
    None
}

fn decimal(text: &str) -> Option<Reading> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Bson::Int64(whole).into());
    }
    let decimal: Decimal128 = text.parse().ok()?;
    Some(Bson::Decimal128(decimal).into())
}

fn object_id(text: &str) -> Option<Reading> {
    let id = ObjectId::parse_str(text).ok()?;
    Some(Bson::ObjectId(id).into())
}

fn uuid(text: &str) -> Option<Reading> {
    let uuid = Uuid::parse_str(text).ok()?;
    Some(Bson::from(uuid).into())
}

fn time(text: &str) -> Option<Reading> {
    let (instant, more) = extended::instant(text)?;
    let value = Bson::DateTime(DateTime::from_millis(instant));
    Some(Reading { value, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(logical_type: &str, text: &str) -> Option<Vec<Bson>> {
        let readings = readings("c", &logical_type.parse().unwrap(), text).ok()?;
        Some(readings.into_iter().map(|r| r.value).collect())
    }

    #[test]
    fn a_text_is_read_by_the_columns_type() {
        let id = ObjectId::from_bytes([0xab; 12]);
        let decimal: Decimal128 = "1.10".parse().unwrap();
        for (logical_type, text, expected) in [
            ("string", "5", Bson::from("5")),
            ("string", "{\"$oid\":1}", Bson::from("{\"$oid\":1}")),
            (
                "int32",
                "9007199254740993",
                Bson::Int64(9_007_199_254_740_993),
            ),
            ("float64", "1e16", Bson::Double(1e16)),
            ("float64", "-Infinity", Bson::Double(f64::NEG_INFINITY)),
            ("int32", "{\"$numberDouble\":\"1.5\"}", Bson::Double(1.5)),
            ("decimal", "1.10", Bson::Decimal128(decimal)),
            ("boolean", "1", Bson::Boolean(true)),
            ("object_id", "abababababababababababab", Bson::ObjectId(id)),
            ("array<int32>", "7", Bson::Int64(7)),
            ("array<int32>", "[7]", Bson::Array(vec![Bson::Int32(7)])),
            (
                "timestamptz",
                "1970-01-01T00:00:00.001Z",
                Bson::DateTime(DateTime::from_millis(1)),
            ),
        ] {
            assert_eq!(of(logical_type, text), Some(vec![expected]), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_value_of_the_type_is_refused() {
        for (logical_type, text) in [
            ("int32", "abc"),
            ("int32", "inf"),
            ("float64", ""),
            ("decimal", "1.2.3"),
            ("boolean", "yes"),
            ("object_id", "abc"),
            ("timestamptz", "yesterday"),
            ("uuid", "x"),
            ("object", "a"),
            ("binary", "a"),
            ("int32", "{\"$numberInt\":"),
        ] {
            let error = readings("c", &logical_type.parse().unwrap(), text).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{logical_type} {text}");
        }
    }

    #[test]
    fn a_column_of_many_types_takes_every_reading() {
        assert_eq!(of("mixed", "5"), Some(vec!["5".into(), Bson::Int64(5)]));
        assert_eq!(of("mixed", "true").map(|all| all.len()), Some(2));
        assert_eq!(
            of("unknown", "abababababababababababab").map(|all| all.len()),
            Some(2)
        );
        assert_eq!(
            of("mixed", "{\"$numberInt\":\"5\"}"),
            Some(vec![Bson::Int32(5)])
        );
    }
}
