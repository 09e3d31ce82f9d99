//! From the packet of a row to values, without an allocation for any of them: the binary protocol
//! (<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html>), which
//! carries a FLOAT as its four bytes where the text protocol prints six digits of it.

use std::fmt::Write as _;

use mysql_async::Column;
use mysql_async::consts::{ColumnFlags, ColumnType as Type};

use super::time;
use crate::connectors::mysql::types;
use crate::connectors::mysql::wire::Reader;
use crate::rows::RowBatch;
use crate::schema::DataType;

/// The character set of bytes.
const BINARY: u16 = 63;
/// What stands before the well-known binary of a geometry: the number of its reference system,
/// which the schema has.
const SRID: usize = 4;

/// How the values of an answer are read.
#[derive(Debug)]
pub struct Decoder(Vec<Form>);

/// How a column's values come, and what is made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Tiny {
        unsigned: bool,
    },
    Short {
        unsigned: bool,
    },
    Long {
        unsigned: bool,
    },
    LongLong,
    UnsignedLongLong,
    Float,
    Double,
    Decimal,
    Text,
    Blob,
    /// `BIT(1)`.
    Flag,
    /// Members of a SET, as a JSON list.
    Members,
    /// Floats of four bytes, as a JSON list.
    Vector,
    Geometry,
    Date,
    DateTime {
        digits: u8,
        utc: bool,
    },
    Time {
        digits: u8,
    },
}

impl Decoder {
    /// For an answer's columns. `logical` are the types that were told of them, where that was
    /// before the server described its answer.
    pub fn new(columns: &[Column], logical: &[DataType]) -> Self {
        let forms = columns.iter().enumerate();
        Self(
            forms
                .map(|(at, column)| match logical.get(at) {
                    Some(logical) => form(column, logical),
                    None => form(column, &types::described(column).1),
                })
                .collect(),
        )
    }

    /// Pushes the values of a row. `None` where the packet is none, and a part of it is pushed.
    pub fn row(&self, packet: &[u8], batch: &mut RowBatch) -> Option<()> {
        let mut rest = Reader(packet);
        if rest.u8()? != 0 {
            return None;
        }
        // Two bits of it are kept for other uses.
        let nulls = rest.bytes((self.0.len() + 9) / 8)?;
        for (bit, form) in (2..).zip(&self.0) {
            if nulls[bit / 8] & 1 << (bit % 8) == 0 {
                form.value(&mut rest, batch)?;
            } else {
                batch.null();
            }
        }
        rest.0.is_empty().then_some(())
    }
}

fn form(column: &Column, logical: &DataType) -> Form {
    let unsigned = column.flags().contains(ColumnFlags::UNSIGNED_FLAG);
    let digits = match column.decimals() {
        digits @ 0..=6 => digits,
        // 31: not fixed, as of an expression.
        _ => 6,
    };
    match column.column_type() {
        Type::MYSQL_TYPE_TINY => Form::Tiny { unsigned },
        Type::MYSQL_TYPE_SHORT | Type::MYSQL_TYPE_YEAR => Form::Short { unsigned },
        Type::MYSQL_TYPE_INT24 | Type::MYSQL_TYPE_LONG => Form::Long { unsigned },
        Type::MYSQL_TYPE_LONGLONG if unsigned => Form::UnsignedLongLong,
        Type::MYSQL_TYPE_LONGLONG => Form::LongLong,
        Type::MYSQL_TYPE_FLOAT => Form::Float,
        Type::MYSQL_TYPE_DOUBLE => Form::Double,
        Type::MYSQL_TYPE_DECIMAL | Type::MYSQL_TYPE_NEWDECIMAL => Form::Decimal,
        Type::MYSQL_TYPE_DATE | Type::MYSQL_TYPE_NEWDATE => Form::Date,
        Type::MYSQL_TYPE_TIME | Type::MYSQL_TYPE_TIME2 => Form::Time { digits },
        Type::MYSQL_TYPE_DATETIME
        | Type::MYSQL_TYPE_DATETIME2
        | Type::MYSQL_TYPE_TIMESTAMP
        | Type::MYSQL_TYPE_TIMESTAMP2 => Form::DateTime {
            digits,
            utc: *logical == DataType::Timestamptz,
        },
        Type::MYSQL_TYPE_BIT if *logical == DataType::Boolean => Form::Flag,
        Type::MYSQL_TYPE_BIT => Form::Blob,
        Type::MYSQL_TYPE_GEOMETRY => Form::Geometry,
        Type::MYSQL_TYPE_VECTOR => Form::Vector,
        Type::MYSQL_TYPE_JSON => Form::Text,
        // Everything else is a string.
        _ => match logical {
            DataType::Array(of) if **of == DataType::Float32 => Form::Vector,
            DataType::Array(_) => Form::Members,
            DataType::Geometry => Form::Geometry,
            DataType::Uuid | DataType::Json | DataType::String | DataType::Enum => Form::Text,
            _ if column.character_set() == BINARY => Form::Blob,
            _ => Form::Text,
        },
    }
}

impl Form {
    fn value(self, rest: &mut Reader<'_>, batch: &mut RowBatch) -> Option<()> {
        match self {
            Self::Tiny { unsigned } => {
                let [byte] = *rest.array::<1>()?;
                let signed = i8::from_le_bytes([byte]);
                batch.integer(if unsigned { byte.into() } else { signed.into() });
            }
            Self::Short { unsigned } => {
                let bytes = *rest.array()?;
                let (plain, signed) = (u16::from_le_bytes(bytes), i16::from_le_bytes(bytes));
                batch.integer(if unsigned {
                    plain.into()
                } else {
                    signed.into()
                });
            }
            Self::Long { unsigned } => {
                let bytes = *rest.array()?;
                let (plain, signed) = (u32::from_le_bytes(bytes), i32::from_le_bytes(bytes));
                batch.integer(if unsigned {
                    plain.into()
                } else {
                    signed.into()
                });
            }
            Self::LongLong => batch.integer(i64::from_le_bytes(*rest.array()?)),
            Self::UnsignedLongLong => {
                let number = u64::from_le_bytes(*rest.array()?);
                // Writing to a String cannot fail.
                batch.text_with(|text| {
                    let _ = write!(text, "{number}");
                });
            }
            Self::Float => batch.real(f32::from_le_bytes(*rest.array()?).into()),
            Self::Double => batch.real(f64::from_le_bytes(*rest.array()?)),
            Self::Decimal => decimal(rest.string()?, batch),
            Self::Text => batch.text_or_blob(rest.string()?),
            Self::Blob => batch.blob(rest.string()?),
            Self::Flag => {
                let set = rest.string()?.iter().any(|byte| *byte != 0);
                batch.integer(set.into());
            }
            Self::Members => members(rest.string()?, batch),
            Self::Vector => vector(rest.string()?, batch),
            Self::Geometry => {
                let bytes = rest.string()?;
                batch.blob(bytes.get(SRID..).unwrap_or(bytes));
            }
            Self::Date => time::date(rest.temporal()?, batch)?,
            Self::DateTime { digits, utc } => {
                time::date_time(rest.temporal()?, digits, utc, batch)?;
            }
            Self::Time { digits } => time::time(rest.temporal()?, digits, batch)?,
        }
        Some(())
    }
}

/// Digits as the server prints them, but for the zeros with which ZEROFILL pads them.
fn decimal(digits: &[u8], batch: &mut RowBatch) {
    let padded = digits
        .windows(2)
        .take_while(|pair| pair[0] == b'0' && pair[1].is_ascii_digit())
        .count();
    batch.text_or_blob(&digits[padded..]);
}

/// `a,b`: no member has a comma of its own.
fn members(list: &[u8], batch: &mut RowBatch) {
    let Ok(list) = std::str::from_utf8(list) else {
        return batch.blob(list);
    };
    batch.text_with(|text| {
        text.push('[');
        for (at, member) in list.split(',').filter(|_| !list.is_empty()).enumerate() {
            text.push_str(if at > 0 { "," } else { "" });
            text.push_str(&serde_json::Value::from(member).to_string());
        }
        text.push(']');
    });
}

fn vector(bytes: &[u8], batch: &mut RowBatch) {
    let (floats, []) = bytes.as_chunks() else {
        return batch.blob(bytes);
    };
    batch.text_with(|text| {
        text.push('[');
        for (at, float) in floats.iter().enumerate() {
            text.push_str(if at > 0 { "," } else { "" });
            // The shortest digits that are this float and no other.
            let _ = write!(text, "{}", f32::from_le_bytes(*float));
        }
        text.push(']');
    });
}

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    /// Bytes behind their length.
    fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.bytes(usize::try_from(length).ok()?)
    }

    /// The parts of a date or time, behind the one byte of their length.
    fn temporal(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.bytes(length.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Cell;

    fn read(of: Type, logical: &DataType, bytes: &[u8]) -> Option<String> {
        let column = Column::new(of).with_character_set(45);
        let decoder = Decoder::new(&[column], std::slice::from_ref(logical));
        let mut batch = RowBatch::new(1);
        decoder.row(&[&[0, 0][..], bytes].concat(), &mut batch)?;
        let row = batch.rows().next()?;
        match row.get(0)? {
            Cell::Text(text) => Some(text.to_owned()),
            other => Some(format!("{other:?}")),
        }
    }

    #[test]
    fn values_that_differ_from_what_is_sent_are_read() {
        let strings = DataType::Array(Box::new(DataType::String));
        let floats = DataType::Array(Box::new(DataType::Float32));
        for (of, logical, bytes, expected) in [
            (
                Type::MYSQL_TYPE_STRING,
                &strings,
                &b"\x03a,\""[..],
                r#"["a","\""]"#,
            ),
            (Type::MYSQL_TYPE_STRING, &strings, b"\0", "[]"),
            (
                Type::MYSQL_TYPE_VECTOR,
                &floats,
                &[8, 0, 0, 0x80, 0x3F, 0xCD, 0xCC, 0xCC, 0x3D],
                "[1,0.1]",
            ),
            (
                Type::MYSQL_TYPE_NEWDECIMAL,
                &DataType::Decimal(None),
                b"\x06000.50",
                "0.50",
            ),
            (
                Type::MYSQL_TYPE_NEWDECIMAL,
                &DataType::Decimal(None),
                b"\x05-0.50",
                "-0.50",
            ),
            (
                Type::MYSQL_TYPE_NEWDECIMAL,
                &DataType::Decimal(None),
                b"\x010",
                "0",
            ),
            (
                Type::MYSQL_TYPE_BIT,
                &DataType::Boolean,
                b"\x01\x01",
                "Integer(1)",
            ),
            (
                Type::MYSQL_TYPE_GEOMETRY,
                &DataType::Geometry,
                b"\x05\xE6\x10\0\0\x01",
                "Blob([1])",
            ),
        ] {
            let found = read(of, logical, bytes);
            assert_eq!(found.as_deref(), Some(expected));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_packet_makes_it_panic(packet: Vec<u8>, types: Vec<u8>) {
            let types = types.into_iter().filter_map(|of| Type::try_from(of).ok());
            let columns: Vec<_> = types.map(Column::new).collect();
            if !columns.is_empty() {
                let mut batch = RowBatch::new(columns.len());
                let _ = Decoder::new(&columns, &[]).row(&packet, &mut batch);
                batch.drop_unfinished_row();
            }
        }
    }
}
