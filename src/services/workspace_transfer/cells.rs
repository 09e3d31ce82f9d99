//! Values of copied rows in a document: each comes back as it was, whatever program reads and writes
//! the JSON between.
//!
//! | form | in the document |
//! |---|---|
//! | nothing | `null` |
//! | text | a string |
//! | integer that a double holds exactly | a number |
//! | another integer | `{"integer": "9007199254740993"}` |
//! | real | `{"real": "0.1"}`: the shortest digits that are this double; `NaN`, `inf`, `-inf` |
//! | bytes | `{"base64": "AP8="}` |

use std::fmt;
use std::io::Write;

use data_encoding::BASE64;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use crate::rows::{Cell, RowBatch};

/// Doubles hold all whole numbers up to it.
const EXACT: u64 = (1 << 53) - 1;

/// A value as it stands in a document.
#[must_use]
pub fn written(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(value) if value.unsigned_abs() <= EXACT => value.into(),
        Cell::Integer(value) => json!({"integer": value.to_string()}),
        Cell::Real(value) if value.is_finite() => json!({"real": json!(value).to_string()}),
        Cell::Real(value) => json!({"real": value.to_string()}),
        Cell::Text(value) => value.into(),
        Cell::Blob(value) => json!({"base64": BASE64.encode(value)}),
    }
}

/// Pushes a value as it was. `None` where this is none.
pub fn push(value: &Value, into: &mut RowBatch) -> Option<()> {
    match value {
        Value::Null => into.null(),
        Value::String(text) => into.text(text),
        Value::Number(number) => {
            let number = number.as_i64()?;
            into.integer(Some(number).filter(|number| number.unsigned_abs() <= EXACT)?);
        }
        Value::Object(fields) if fields.len() == 1 => {
            let (form, text) = fields.iter().next()?;
            in_form(form, text.as_str()?, into)?;
        }
        _ => return None,
    }
    Some(())
}

/// Pushes a value that says which form it has.
fn in_form(form: &str, text: &str, into: &mut RowBatch) -> Option<()> {
    match form {
        "integer" => into.integer(text.parse().ok()?),
        "real" => into.real(text.parse().ok()?),
        "base64" => into.blob(&BASE64.decode(text.as_bytes()).ok()?),
        _ => return None,
    }
    Some(())
}

/// Writes a row as a line: an array of its values.
pub fn write_row(cells: &[Cell<'_>], out: &mut Vec<u8>) {
    out.push(b'[');
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        // Writing into a vector cannot fail.
        let _ = match *cell {
            Cell::Null => out.write_all(b"null"),
            Cell::Integer(value) if value.unsigned_abs() <= EXACT => {
                serde_json::to_writer(&mut *out, &value).map_err(Into::into)
            }
            Cell::Integer(value) => write!(out, "{{\"integer\":\"{value}\"}}"),
            Cell::Real(value) if value.is_finite() => {
                out.extend_from_slice(b"{\"real\":\"");
                let written = serde_json::to_writer(&mut *out, &value);
                out.extend_from_slice(b"\"}");
                written.map_err(Into::into)
            }
            Cell::Real(value) => write!(out, "{{\"real\":\"{value}\"}}"),
            Cell::Text(value) => serde_json::to_writer(&mut *out, value).map_err(Into::into),
            Cell::Blob(value) => {
                out.extend_from_slice(b"{\"base64\":\"");
                let begin = out.len();
                out.resize(begin + BASE64.encode_len(value.len()), 0);
                BASE64.encode_mut(value, &mut out[begin..]);
                out.write_all(b"\"}")
            }
        };
    }
    out.extend_from_slice(b"]\n");
}

/// Pushes the values of a row that was written as a line, and answers how many they are. An error
/// where it is no such line.
pub fn read_row(line: &[u8], into: &mut RowBatch) -> serde_json::Result<usize> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let values = reader.deserialize_seq(Row(into))?;
    reader.end()?;
    Ok(values)
}

struct Row<'a>(&'a mut RowBatch);

impl<'de> Visitor<'de> for Row<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while values.next_element_seed(OneValue(&mut *self.0))?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

/// One value of a row.
struct OneValue<'a>(&'a mut RowBatch);

impl<'de> DeserializeSeed<'de> for OneValue<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneValue<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a row")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.null();
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        if value.unsigned_abs() > EXACT {
            return Err(E::custom("no exact number"));
        }
        self.0.integer(value);
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.0.text(value);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let (form, text) =
            (fields.next_entry::<String, String>()?).ok_or(A::Error::custom("no form"))?;
        if fields.next_key::<String>()?.is_some() {
            return Err(A::Error::custom("two forms"));
        }
        in_form(&form, &text, self.0).ok_or_else(|| A::Error::custom("no value of its form"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(cell: Cell<'_>) -> RowBatch {
        let text = written(cell).to_string();
        let mut batch = RowBatch::new(1);
        push(&serde_json::from_str(&text).unwrap(), &mut batch).unwrap();
        batch
    }

    /// The same by a line, and its only value.
    fn by_line(cell: Cell<'_>) -> RowBatch {
        let (mut line, mut batch) = (Vec::new(), RowBatch::new(1));
        write_row(&[cell], &mut line);
        let end = line.iter().position(|byte| *byte == b'\n');
        assert_eq!(end, Some(line.len() - 1), "a row is one line");
        let value: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value[0], written(cell), "both write it in one way");
        assert_eq!(read_row(&line, &mut batch).unwrap(), 1);
        batch
    }

    fn comes_back(cell: Cell<'_>) -> bool {
        [there_and_back(cell), by_line(cell)].iter().all(|batch| {
            let back = batch.rows().next().unwrap().get(0).unwrap();
            is_same(cell, back)
        })
    }

    fn is_same(cell: Cell<'_>, back: Cell<'_>) -> bool {
        match (cell, back) {
            (Cell::Real(one), Cell::Real(other)) => {
                one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan()
            }
            (one, other) => one == other,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_value_comes_back(integer in any::<i64>(), bits in any::<u64>(), text in ".*", bytes in any::<Vec<u8>>()) {
            prop_assert!(comes_back(Cell::Integer(integer)));
            prop_assert!(comes_back(Cell::Real(f64::from_bits(bits))));
            prop_assert!(comes_back(Cell::Text(&text)));
            prop_assert!(comes_back(Cell::Blob(&bytes)));
        }
    }

    #[test]
    fn the_ends_of_all_ranges_come_back() {
        for cell in [
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Integer(1 << 53),
            Cell::Real(-0.0),
            Cell::Real(f64::NAN),
            Cell::Real(f64::NEG_INFINITY),
            Cell::Real(5e-324),
            Cell::Text("\0"),
            Cell::Blob(b""),
        ] {
            assert!(comes_back(cell), "{cell:?}");
        }
    }

    #[test]
    fn what_is_no_value_is_told() {
        for value in [
            json!(true),
            json!(1.5),
            json!(9_007_199_254_740_993_u64),
            json!([]),
            json!({}),
            json!({"real": 1}),
            json!({"real": "x"}),
            json!({"base64": "?"}),
            json!({"integer": "9223372036854775808"}),
            json!({"integer": "1", "real": "1"}),
        ] {
            assert_eq!(push(&value, &mut RowBatch::new(1)), None, "{value}");
            let line = format!("[{value}]");
            let read = read_row(line.as_bytes(), &mut RowBatch::new(1));
            assert!(read.is_err(), "{value}");
        }
        for line in ["", "[", "[1,]", "[1] [2]", "7", "[\"\u{0}\"]", "null"] {
            let read = read_row(line.as_bytes(), &mut RowBatch::new(1));
            assert!(read.is_err(), "{line}");
        }
        let line = b"[{\"real\":\"1\",\"real\":\"2\"}]";
        assert!(read_row(line, &mut RowBatch::new(1)).is_err());
    }
}
