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

use data_encoding::BASE64;
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
            let text = text.as_str()?;
            match form.as_str() {
                "integer" => into.integer(text.parse().ok()?),
                "real" => into.real(text.parse().ok()?),
                "base64" => into.blob(&BASE64.decode(text.as_bytes()).ok()?),
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
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

    fn comes_back(cell: Cell<'_>) -> bool {
        let batch = there_and_back(cell);
        let back = batch.rows().next().unwrap().get(0).unwrap();
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
        }
    }
}
