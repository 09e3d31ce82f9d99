//! Columns whose values stand one a row.

use std::fmt::Write as _;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, civil};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes, ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::Type;

use super::kind::Kind;
use crate::connectors::file::value::{written, written_time};
use crate::rows::RowBatch;

/// A column of a row group, as it is being read.
pub struct Flat {
    kind: Kind,
    reader: ColumnReader,
    optional: bool,
    levels: Vec<i16>,
    values: Values,
    row: usize,
    value: usize,
}

/// Some of its values, those that are there.
enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Flat {
    /// The column of a field; nothing where the field holds others.
    pub fn open(group: &dyn RowGroupReader, field: &Type) -> Result<Option<Self>> {
        let kind = Kind::of(field);
        if kind == Kind::Nested {
            return Ok(None);
        }
        let schema = group.metadata().schema_descr_ptr();
        let mut columns = schema.columns().iter();
        let is_it = |path: &[String]| path.len() == 1 && path[0] == field.name();
        let Some(index) = columns.position(|column| is_it(column.path().parts())) else {
            return Ok(None);
        };
        let reader = group.get_column_reader(index)?;
        let values = match &reader {
            ColumnReader::BoolColumnReader(_) => Values::Bool(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => Values::Int32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Int64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::Int96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::Float(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Double(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
        };
        Ok(Some(Self {
            kind,
            reader,
            optional: field.is_optional(),
            levels: Vec::new(),
            values,
            row: 0,
            value: 0,
        }))
    }

    /// Reads the next `count` rows.
    pub fn fill(&mut self, count: usize) -> Result<()> {
        self.levels.clear();
        (self.row, self.value) = (0, 0);
        let levels = self.optional.then_some(&mut self.levels);
        let read = match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(r), Values::Bool(v)) => some(r, count, levels, v),
            (ColumnReader::Int32ColumnReader(r), Values::Int32(v)) => some(r, count, levels, v),
            (ColumnReader::Int64ColumnReader(r), Values::Int64(v)) => some(r, count, levels, v),
            (ColumnReader::Int96ColumnReader(r), Values::Int96(v)) => some(r, count, levels, v),
            (ColumnReader::FloatColumnReader(r), Values::Float(v)) => some(r, count, levels, v),
            (ColumnReader::DoubleColumnReader(r), Values::Double(v)) => some(r, count, levels, v),
            (ColumnReader::ByteArrayColumnReader(r), Values::Bytes(v)) => some(r, count, levels, v),
            (ColumnReader::FixedLenByteArrayColumnReader(r), Values::Fixed(v)) => {
                some(r, count, levels, v)
            }
            _ => Ok(0),
        };
        if read? < count {
            return Err(short());
        }
        Ok(())
    }

    /// Pushes the next value.
    pub fn push(&mut self, row: &mut RowBatch) -> Result<()> {
        let here = !self.optional || *self.levels.get(self.row).ok_or_else(short)? > 0;
        self.row += 1;
        if !here {
            row.null();
            return Ok(());
        }
        let at = self.value;
        self.value += 1;
        match &self.values {
            Values::Bool(values) => row.integer(i64::from(*values.get(at).ok_or_else(short)?)),
            Values::Int32(values) => {
                let value = *values.get(at).ok_or_else(short)?;
                // Unsigned ones are written in the same bits.
                let unsigned = i64::from(value.cast_unsigned());
                let value = match self.kind {
                    Kind::Uint(_) => unsigned,
                    _ => i64::from(value),
                };
                push_integer(row, value, self.kind);
            }
            Values::Int64(values) => {
                push_integer(row, *values.get(at).ok_or_else(short)?, self.kind);
            }
            Values::Int96(values) => push_int96(row, values.get(at).ok_or_else(short)?.data()),
            Values::Float(values) => row.real(f64::from(*values.get(at).ok_or_else(short)?)),
            Values::Double(values) => row.real(*values.get(at).ok_or_else(short)?),
            Values::Bytes(values) => {
                push_bytes(row, values.get(at).ok_or_else(short)?.as_bytes(), self.kind);
            }
            Values::Fixed(values) => {
                push_bytes(row, values.get(at).ok_or_else(short)?.as_bytes(), self.kind);
            }
        }
        Ok(())
    }
}

fn some<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
    mut levels: Option<&mut Vec<i16>>,
    values: &mut Vec<T::T>,
) -> Result<usize> {
    values.clear();
    let mut read = 0;
    // A page may hold fewer.
    while read < count {
        let levels = levels.as_deref_mut();
        let (records, ..) = reader.read_records(count - read, levels, None, values)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    Ok(read)
}

fn short() -> ParquetError {
    ParquetError::General("a column has fewer values than its row group has rows".to_owned())
}

fn push_integer(row: &mut RowBatch, value: i64, kind: Kind) {
    let text = match kind {
        Kind::Decimal { scale, .. } => Some(decimal(&value.to_be_bytes(), scale)),
        Kind::Uint(64) => Some(value.cast_unsigned().to_string()),
        Kind::Date => date(value).map(|date| date.to_string()),
        Kind::Time { digits } => time_of_day(value, digits),
        Kind::Timestamp { digits, utc } => timestamp(value, digits, utc),
        _ => {
            row.integer(value);
            return;
        }
    };
    // Beyond the calendar it stays the number that it is.
    row.text(&text.unwrap_or_else(|| value.to_string()));
}

fn push_int96(row: &mut RowBatch, data: &[u32]) {
    /// The Julian day of 1970-01-01.
    const EPOCH: i64 = 2_440_588;
    let [low, high, day] = data else {
        row.null();
        return;
    };
    let nanos = i64::from(*low) | (i64::from(*high) << 32);
    let text = date(i64::from(*day) - EPOCH).and_then(|date| {
        let time = time_of_day(nanos, 9)?;
        Some(format!("{date}T{time}"))
    });
    row.text(&text.unwrap_or_else(|| format!("{day}:{nanos}")));
}

fn push_bytes(row: &mut RowBatch, bytes: &[u8], kind: Kind) {
    match kind {
        Kind::Text | Kind::Enum | Kind::Json => row.text_or_blob(bytes),
        Kind::Decimal { scale, .. } if !bytes.is_empty() => row.text(&decimal(bytes, scale)),
        Kind::Uuid => match <[u8; 16]>::try_from(bytes) {
            Ok(bytes) => row.text(&uuid::Uuid::from_bytes(bytes).to_string()),
            Err(_) => row.blob(bytes),
        },
        Kind::Float16 => match <[u8; 2]>::try_from(bytes) {
            Ok(bytes) => row.real(half(u16::from_le_bytes(bytes))),
            Err(_) => row.blob(bytes),
        },
        Kind::Interval => match <[u8; 12]>::try_from(bytes) {
            Ok(bytes) => row.text(&interval(bytes)),
            Err(_) => row.blob(bytes),
        },
        _ => row.blob(bytes),
    }
}

/// Days since 1970.
fn date(days: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    Date::constant(1970, 1, 1).checked_add(span).ok()
}

/// Units since midnight.
fn time_of_day(units: i64, digits: u8) -> Option<String> {
    let nanos = units.checked_mul(10_i64.pow(u32::from(9 - digits)))?;
    let span = jiff::Span::new().try_nanoseconds(nanos).ok()?;
    let is_day = (0..86_400_000_000_000).contains(&nanos);
    let time = Time::midnight().checked_add(span).ok().filter(|_| is_day)?;
    Some(written_time(time, usize::from(digits)))
}

/// Units since 1970.
fn timestamp(units: i64, digits: u8, utc: bool) -> Option<String> {
    let nanos = i128::from(units) * 10_i128.pow(u32::from(9 - digits));
    // By the calendar, which goes on to the last moment of 9999; instants end a day before, for the sake of offsets.
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let part = i32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    let since = SignedDuration::new(seconds, part);
    let stands = civil::date(1970, 1, 1)
        .at(0, 0, 0, 0)
        .checked_add(since)
        .ok()?;
    let text = written(stands, usize::from(digits));
    Some(if utc { format!("{text}Z") } else { text })
}

/// A number in two's complement, the greatest byte first, as all its digits.
pub fn decimal(bytes: &[u8], scale: i32) -> String {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut magnitude: Vec<u8> = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    // Nine digits at a time, the least first.
    let mut groups: Vec<u32> = Vec::new();
    for byte in magnitude {
        let mut carry = u64::from(byte);
        for group in &mut groups {
            let value = u64::from(*group) * 256 + carry;
            *group = u32::try_from(value % 1_000_000_000).unwrap_or(0);
            carry = value / 1_000_000_000;
        }
        if carry > 0 {
            groups.push(u32::try_from(carry).unwrap_or(0));
        }
    }
    let mut digits = groups.last().map_or_else(|| "0".to_owned(), u32::to_string);
    for group in groups.iter().rev().skip(1) {
        let _ = write!(digits, "{group:09}");
    }
    let scale = usize::try_from(scale).unwrap_or(0).min(100_000);
    if scale > 0 {
        if digits.len() <= scale {
            digits.insert_str(0, &"0".repeat(scale + 1 - digits.len()));
        }
        digits.insert(digits.len() - scale, '.');
    }
    if negative {
        format!("-{digits}")
    } else {
        digits
    }
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}

/// Months, days and milliseconds, each in four bytes, the least first.
fn interval(bytes: [u8; 12]) -> String {
    let part =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (months, days, millis) = (part(0), part(4), part(8));
    format!("P{months}M{days}DT{}.{:03}S", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_all_their_digits() {
        for (value, scale, expected) in [
            (0_i128, 2, "0.00"),
            (-1, 2, "-0.01"),
            (12345, 2, "123.45"),
            (-12345, 0, "-12345"),
            (i128::MAX, 10, "17014118346046923173168730371.5884105727"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(decimal(&value.to_be_bytes(), scale), expected);
        }
    }

    #[test]
    fn half_floats_are_read_by_their_bits() {
        for (bits, expected) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x0001, 2_f64.powi(-24)),
            (0x7bff, 65504.0),
        ] {
            assert!((half(bits) - expected).abs() < f64::EPSILON, "{bits:x}");
        }
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn times_are_written_as_their_forms_want_them() {
        let nanos = timestamp(-1, 9, true);
        assert_eq!(nanos.as_deref(), Some("1969-12-31T23:59:59.999999999Z"));
        let last = timestamp(253_402_300_799_999_999, 6, false);
        assert_eq!(last.as_deref(), Some("9999-12-31T23:59:59.999999"));
        assert_eq!(timestamp(253_402_300_800_000_000, 6, false), None);
        assert_eq!(
            timestamp(1_000, 3, false).as_deref(),
            Some("1970-01-01T00:00:01.000")
        );
        assert_eq!(timestamp(i64::MAX, 3, false), None);
        assert_eq!(
            time_of_day(86_399_999_999, 6).as_deref(),
            Some("23:59:59.999999")
        );
        assert_eq!(
            date(19_782).map(|date| date.to_string()).as_deref(),
            Some("2024-02-29")
        );
    }
}
