//! The largest value of a column, in the words that a condition takes.

use bson::{Document, doc};

use super::super::elements::{Element, Elements, kind};
use super::super::extended::{Form, Unwritable, Writer};
use super::super::types;
use super::layout::kind_of;
use super::rows::End;
use super::value::is_number;
use super::{cell, filter, select};
use crate::connectors::ConnectorError;
use crate::connectors::read::TableRead;
use crate::rows::{Cell, RowBatch};
use crate::schema::DataType;

/// What the value's text may take.
const TEXT: usize = 1 << 20;

/// Asks for the document that stands first by it. That has the largest value, unless values of other types
/// or lists stand before those of the column's own type: a bare order is what any index serves.
pub fn first(read: &TableRead, column: &str) -> Result<Document, ConnectorError> {
    command(read, column, filter::of(read)?)
}

/// Asks for the document that has it. Where the column's type is known, values of other types stand
/// aside, since comparisons with it would never find them; lists have no one place among values.
pub fn of_type(read: &TableRead, column: &str) -> Result<Document, ConnectorError> {
    let column = select::plain(column)?;
    let of_type = type_name(logical_type(read, column)).map(|name| doc! { "$type": name });
    let mut one = of_type.unwrap_or_else(|| doc! { "$ne": null });
    one.insert("$not", doc! { "$type": "array" });
    let filter = doc! { "$and": [filter::of(read)?, { column: one }] };
    command(read, column, filter)
}

fn command(read: &TableRead, column: &str, filter: Document) -> Result<Document, ConnectorError> {
    let column = select::plain(column)?;
    Ok(doc! {
        "find": &read.table.name,
        "filter": filter,
        "projection": { "_id": i32::from(column == "_id"), column: 1 },
        "sort": { column: -1 },
        "limit": 1,
        "singleBatch": true,
        "allowDiskUse": true,
    })
}

/// Whether the document that stands first has the largest value of the column's own type, or shows that
/// there is none: nothing is less than what is not there.
pub fn is_told(read: &TableRead, column: &str, document: &[u8]) -> Result<bool, ConnectorError> {
    let found = Elements::of(document).map_err(failed)?;
    let found = found.map_while(Result::ok);
    let mut found = found.filter(|element| element.name == column.as_bytes());
    let Some(element) = found.next() else {
        return Ok(true);
    };
    let of_type = type_name(logical_type(read, column));
    Ok(match kind_of(&element) {
        kind::NULL => true,
        kind::ARRAY => false,
        kind::INT | kind::LONG | kind::DOUBLE | kind::DECIMAL => is_of(of_type, "number"),
        kind::STRING => is_of(of_type, "string"),
        kind::BOOLEAN => is_of(of_type, "bool"),
        kind::DATE => is_of(of_type, "date"),
        kind::OBJECT_ID => is_of(of_type, "objectId"),
        kind::BINARY | types::UUID => is_of(of_type, "binData"),
        _ => of_type.is_none(),
    })
}

/// Whether a name of a type is the one that is looked for, where one is.
fn is_of(wanted: Option<&str>, name: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == name)
}

/// The value, of the document that was answered.
pub fn of(
    read: &TableRead,
    column: &str,
    document: &[u8],
) -> Result<Option<String>, ConnectorError> {
    let found = Elements::of(document).map_err(failed)?;
    let found = found.map_while(Result::ok);
    let mut found = found.filter(|element| element.name == column.as_bytes());
    let Some(element) = found.next() else {
        return Ok(None);
    };
    if is_own(logical_type(read, column), &element) {
        let mut batch = RowBatch::new(1);
        cell::push(&mut batch, &element, TEXT).map_err(failed)?;
        let row = batch.rows().next();
        match row.and_then(|row| row.get(0)) {
            Some(Cell::Integer(number)) => return Ok(Some(number.to_string())),
            // In the fewest digits that read back as the same, and never as a whole number.
            Some(Cell::Real(number)) => {
                return Ok(Some(format!("{number:?}").replace("inf", "Infinity")));
            }
            Some(Cell::Text(text)) => return Ok(Some(text.to_owned())),
            Some(Cell::Null) | None => return Ok(None),
            // Text that is no UTF-8 is told as well as it can be.
            Some(Cell::Blob(_)) => {}
        }
    }
    let mut text = String::new();
    let mut writer = Writer::new(&mut text, Form::Canonical, TEXT);
    writer.value(element.kind, element.value).map_err(failed)?;
    Ok(Some(text))
}

fn failed(unwritable: impl Into<Unwritable>) -> ConnectorError {
    match End::from(unwritable.into()) {
        End::Failed(error) => error,
        End::Closed => super::super::way::lost(),
    }
}

fn logical_type<'r>(read: &'r TableRead, column: &str) -> &'r DataType {
    let column = read.columns.iter().find(|known| known.name == column);
    column.map_or(&DataType::Unknown, |column| &column.logical_type)
}

/// What the server calls the type that values of a column are compared as.
fn type_name(logical_type: &DataType) -> Option<&'static str> {
    match logical_type {
        t if is_number(t) => Some("number"),
        DataType::String | DataType::Enum => Some("string"),
        DataType::Boolean => Some("bool"),
        DataType::Timestamptz => Some("date"),
        DataType::ObjectId => Some("objectId"),
        DataType::Uuid | DataType::Binary => Some("binData"),
        _ => None,
    }
}

/// Whether a value's plain text reads back as that value in a column of this type.
fn is_own(logical_type: &DataType, element: &Element<'_>) -> bool {
    match kind_of(element) {
        kind::INT | kind::LONG => is_number(logical_type),
        kind::DOUBLE => is_number(logical_type) && !matches!(logical_type, DataType::Decimal(_)),
        kind::DECIMAL => matches!(logical_type, DataType::Decimal(_)),
        kind::STRING => matches!(logical_type, DataType::String | DataType::Enum),
        kind::BOOLEAN => *logical_type == DataType::Boolean,
        kind::DATE => *logical_type == DataType::Timestamptz,
        kind::OBJECT_ID => *logical_type == DataType::ObjectId,
        types::UUID => *logical_type == DataType::Uuid,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use bson::oid::ObjectId;
    use bson::{Bson, DateTime, Decimal128, Uuid};
    use proptest::prelude::*;

    use super::super::value::readings;
    use super::*;
    use crate::connectors::mongodb::read::tests::read_with;

    /// The value that the text of `value` stands for in a column of this type.
    fn back(logical_type: &str, value: &Bson) -> Bson {
        let document = doc! { "c": value }.to_vec().unwrap();
        let read = read_with(&[("c", logical_type)]);
        let text = of(&read, "c", &document).unwrap().unwrap();
        let readings = readings("c", &logical_type.parse().unwrap(), &text).unwrap();
        assert_eq!(readings.len(), 1, "{text}");
        assert!(!readings[0].more, "{text}");
        readings[0].value.clone()
    }

    #[test]
    fn whatever_the_largest_is_a_condition_takes_it_as_that() {
        let decimal: Decimal128 = "1.10".parse().unwrap();
        for (logical_type, value) in [
            ("float64", Bson::Double(0.1)),
            ("float64", Bson::Double(f64::INFINITY)),
            ("float64", Bson::Decimal128(decimal)),
            ("int32", Bson::Double(1.5)),
            ("decimal", Bson::Double(0.1)),
            ("decimal", Bson::Decimal128(decimal)),
            ("string", "{\"$oid\":1}".into()),
            ("object_id", Bson::ObjectId(ObjectId::from_bytes([7; 12]))),
            ("uuid", Uuid::from_bytes([7; 16]).into()),
            ("mixed", Bson::Int32(5)),
            ("mixed", "5".into()),
            ("unknown", Bson::ObjectId(ObjectId::from_bytes([7; 12]))),
            ("object", doc! { "a": [1_i64, 2.5] }.into()),
            ("boolean", true.into()),
        ] {
            let value_back = match back(logical_type, &value) {
                // Extended JSON for a text is the text in quotes.
                Bson::String(text) if logical_type == "mixed" => text.trim_matches('"').into(),
                value => value,
            };
            assert_eq!(value_back, value, "{logical_type}");
        }
    }

    #[test]
    fn no_document_and_no_value_are_none() {
        let read = read_with(&[("c", "int32")]);
        for document in [doc! {}, doc! { "b": 1 }] {
            assert_eq!(of(&read, "c", &document.to_vec().unwrap()), Ok(None));
        }
    }

    proptest! {
        #[test]
        fn numbers_and_instants_come_back_exactly(whole: i64, real: f64) {
            prop_assert_eq!(back("int64", &Bson::Int64(whole)), Bson::Int64(whole));
            let instant = Bson::DateTime(DateTime::from_millis(whole));
            prop_assert_eq!(back("timestamptz", &instant), instant);
            let Bson::Double(again) = back("float64", &Bson::Double(real)) else {
                panic!("{real}");
            };
            let same = again.to_bits() == real.to_bits() || (again.is_nan() && real.is_nan());
            prop_assert!(same, "{} {}", again, real);
        }
    }
}
