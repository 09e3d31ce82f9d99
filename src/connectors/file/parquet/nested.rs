//! Columns that hold lists, maps and groups, as JSON.

use std::sync::Arc;

use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;
use serde_json::Value;

use super::column::decimal;
use crate::rows::RowBatch;

/// A column of a row group, as it is being read.
pub struct Nested<'a>(RowIter<'a>);

impl<'a> Nested<'a> {
    /// The column of a field.
    pub fn open(group: &'a dyn RowGroupReader, field: &Type) -> Result<Self> {
        let schema = group.metadata().schema_descr_ptr();
        let alone = Type::group_type_builder(schema.root_schema().name())
            .with_fields(vec![Arc::new(field.clone())])
            .build()?;
        Ok(Self(RowIter::from_row_group(Some(alone), group)?))
    }

    /// Pushes the next value.
    pub fn push(&mut self, row: &mut RowBatch) -> Result<()> {
        let read = self.0.next().transpose()?;
        let short = || ParquetError::General("a column ends before its row group".to_owned());
        let read = read.ok_or_else(short)?;
        match read.get_column_iter().next() {
            None | Some((_, Field::Null)) => row.null(),
            Some((_, field)) => row.text_with(|text| write(field, text)),
        }
        Ok(())
    }
}

/// Writes a value as JSON: decimals and times as texts, bytes in hexadecimal.
fn write(field: &Field, out: &mut String) {
    let text = |text: &str, out: &mut String| out.push_str(&Value::from(text).to_string());
    match field {
        Field::Null => out.push_str("null"),
        Field::Float16(value) => number(f64::from(*value), out),
        Field::Float(value) if value.is_finite() => out.push_str(&Value::from(*value).to_string()),
        Field::Float(value) => number(f64::from(*value), out),
        Field::Double(value) => number(*value, out),
        Field::Decimal(value) => text(&decimal(value.data(), value.scale()), out),
        Field::Str(value) => text(value, out),
        Field::Bytes(value) => text(&data_encoding::HEXLOWER.encode(value.data()), out),
        Field::Group(group) => {
            let fields = group.get_column_iter();
            list('{', '}', fields, out, |(name, field), out| {
                text(name, out);
                out.push(':');
                write(field, out);
            });
        }
        Field::ListInternal(elements) => list('[', ']', elements.elements().iter(), out, write),
        Field::MapInternal(map) => {
            let entries = map.entries().iter();
            list('[', ']', entries, out, |(key, value), out| {
                out.push_str("{\"key\":");
                write(key, out);
                out.push_str(",\"value\":");
                write(value, out);
                out.push('}');
            });
        }
        Field::Bool(_)
        | Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_) => out.push_str(&field.to_string()),
        times => text(&times.to_string(), out),
    }
}

fn list<T>(
    open: char,
    close: char,
    items: impl Iterator<Item = T>,
    out: &mut String,
    mut each: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}

/// JSON has no word for what is no number.
fn number(value: f64, out: &mut String) {
    let written = match serde_json::Number::from_f64(value) {
        Some(number) => number.to_string(),
        None => format!("\"{value}\""),
    };
    out.push_str(&written);
}
