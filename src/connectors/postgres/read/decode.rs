//! Values in the binary form in which PostgreSQL sends them (the `…send` functions of its source),
//! read straight into a batch.

use super::numeric;
use super::temporal;
use crate::rows::RowBatch;
use crate::schema::DataType;

/// How a value's bytes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decode {
    Bool,
    Int2,
    Int4,
    Int8,
    /// 32 bits without a sign: ids of objects and transactions.
    Unsigned4,
    /// 64 bits without a sign.
    Unsigned8,
    Float4,
    Float8,
    Text,
    Bytes,
    Numeric,
    Date,
    Time,
    Timetz,
    Timestamp,
    Timestamptz,
    Interval,
    Uuid,
    Jsonb,
}

impl Decode {
    /// The type of a column that was `known` as another one when the schema was read: where values
    /// do not have the form of that any more, the widest of their own.
    pub fn of_column(self, known: DataType) -> DataType {
        let widest = match self {
            Self::Bool | Self::Int2 | Self::Int4 | Self::Int8 | Self::Unsigned4 => DataType::Int64,
            Self::Float4 | Self::Float8 => DataType::Float64,
            Self::Bytes => DataType::Binary,
            _ => DataType::String,
        };
        let of_known = match known {
            DataType::Boolean
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64 => DataType::Int64,
            DataType::Float32 | DataType::Float64 => DataType::Float64,
            DataType::Binary | DataType::Geometry => DataType::Binary,
            _ => DataType::String,
        };
        if widest == of_known { known } else { widest }
    }
}

/// Bytes that are no value of their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The version with which the binary form of `jsonb` begins (`jsonb_send`).
const JSONB: u8 = 1;

/// Pushes the value that these bytes are.
pub fn value(decode: Decode, bytes: &[u8], batch: &mut RowBatch) -> Result<(), Malformed> {
    match decode {
        Decode::Bool => batch.integer(i64::from(fixed::<1>(bytes)? != [0])),
        Decode::Int2 => batch.integer(i16::from_be_bytes(fixed(bytes)?).into()),
        Decode::Int4 => batch.integer(i32::from_be_bytes(fixed(bytes)?).into()),
        Decode::Int8 => batch.integer(i64::from_be_bytes(fixed(bytes)?)),
        Decode::Unsigned4 => batch.integer(u32::from_be_bytes(fixed(bytes)?).into()),
        Decode::Unsigned8 => {
            let number = u64::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| text.push_str(&number.to_string()));
        }
        Decode::Float4 => batch.real(f32::from_be_bytes(fixed(bytes)?).into()),
        Decode::Float8 => batch.real(f64::from_be_bytes(fixed(bytes)?)),
        Decode::Text => batch.text_or_blob(bytes),
        Decode::Bytes => batch.blob(bytes),
        Decode::Jsonb => match bytes.split_first() {
            Some((&JSONB, json)) => batch.text_or_blob(json),
            _ => return Err(Malformed),
        },
        Decode::Uuid => {
            let id = uuid::Uuid::from_bytes(fixed(bytes)?);
            let mut buffer = uuid::Uuid::encode_buffer();
            batch.text(id.hyphenated().encode_lower(&mut buffer));
        }
        Decode::Numeric => {
            let number = numeric::Numeric::read(bytes)?;
            batch.text_with(|text| number.write(text));
        }
        Decode::Date => {
            let days = i32::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| temporal::date(days, text));
        }
        Decode::Time => {
            let time = i64::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| temporal::time(time, text));
        }
        Decode::Timetz => {
            let mut bytes = bytes;
            let time = i64::from_be_bytes(take(&mut bytes)?);
            let west = i32::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| {
                temporal::time(time, text);
                temporal::offset(west, text);
            });
        }
        Decode::Timestamp => {
            let time = i64::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| temporal::timestamp(time, "", text));
        }
        Decode::Timestamptz => {
            let time = i64::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| temporal::timestamp(time, "Z", text));
        }
        Decode::Interval => {
            let mut bytes = bytes;
            let time = i64::from_be_bytes(take(&mut bytes)?);
            let days = i32::from_be_bytes(take(&mut bytes)?);
            let months = i32::from_be_bytes(fixed(bytes)?);
            batch.text_with(|text| temporal::interval(months, days, time, text));
        }
    }
    Ok(())
}

/// Takes the first bytes off.
pub fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(Malformed)?;
    *bytes = rest;
    Ok(*taken)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Malformed> {
    bytes.try_into().map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Cell;

    fn one(decode: Decode, bytes: &[u8]) -> RowBatch {
        let mut batch = RowBatch::new(1);
        value(decode, bytes, &mut batch).unwrap();
        batch
    }

    #[test]
    fn values_of_fixed_width_are_read() {
        let id = *b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff";
        for (decode, bytes, cell) in [
            (Decode::Bool, b"\x01".as_slice(), Cell::Integer(1)),
            (Decode::Int2, b"\x80\0", Cell::Integer(i16::MIN.into())),
            (
                Decode::Unsigned4,
                &[0xff; 4],
                Cell::Integer(u32::MAX.into()),
            ),
            (
                Decode::Unsigned8,
                &[0xff; 8],
                Cell::Text("18446744073709551615"),
            ),
            (Decode::Float4, &(-0.0f32).to_be_bytes(), Cell::Real(-0.0)),
            (Decode::Jsonb, b"\x01{}", Cell::Text("{}")),
            (Decode::Text, b"\xff", Cell::Blob(b"\xff")),
            (
                Decode::Uuid,
                &id,
                Cell::Text("00112233-4455-6677-8899-aabbccddeeff"),
            ),
        ] {
            let batch = one(decode, bytes);
            let read = batch.rows().next().and_then(|row| row.get(0));
            assert_eq!(read, Some(cell), "{decode:?}");
        }
    }

    const ALL: [Decode; 19] = [
        Decode::Bool,
        Decode::Int2,
        Decode::Int4,
        Decode::Int8,
        Decode::Unsigned4,
        Decode::Unsigned8,
        Decode::Float4,
        Decode::Float8,
        Decode::Text,
        Decode::Bytes,
        Decode::Numeric,
        Decode::Date,
        Decode::Time,
        Decode::Timetz,
        Decode::Timestamp,
        Decode::Timestamptz,
        Decode::Interval,
        Decode::Uuid,
        Decode::Jsonb,
    ];

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..24)) {
            for decode in ALL {
                let mut batch = RowBatch::new(1);
                let read = value(decode, &bytes, &mut batch);
                proptest::prop_assert_eq!(batch.len(), usize::from(read.is_ok()), "{:?}", decode);
            }
        }
    }
}
