//! The one way to write a document that its checksum is made of, however it was written on its way.

use data_encoding::HEXLOWER;
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// What stands beside a document's content and is no part of it.
const BESIDE: [&str; 3] = ["checksum", "summary", "warnings"];

/// The checksum of a document. The order of fields, blanks, and fields that are `null` do not count;
/// nor does how a number is written, beyond twelve digits of one that is not whole: programs that
/// read and write JSON differ in the last ones.
#[must_use]
pub fn checksum(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    let content = document
        .iter()
        .filter(|(name, _)| !BESIDE.contains(&name.as_str()));
    write_fields(content, &mut text);
    format!(
        "sha256:{}",
        HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
    )
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => write_fields(fields.iter(), out),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Number(number) => write_number(number, out),
        // JSON's own escapes, which serde writes in one way alone.
        other => out.push_str(&other.to_string()),
    }
}

fn write_fields<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>, out: &mut String) {
    let mut fields: Vec<_> = fields.filter(|(_, value)| !value.is_null()).collect();
    fields.sort_unstable_by_key(|(name, _)| name.as_str());
    out.push('{');
    for (name, value) in fields {
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push(':');
        write(value, out);
        out.push(',');
    }
    out.push('}');
}

fn write_number(number: &Number, out: &mut String) {
    /// Whole numbers below it are exact as floats, and many programs write them with or without `.0`.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let text = match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            // Adding nothing takes the sign from a zero.
            format!("{:.0}", float + 0.0)
        }
        Some(float) if number.is_f64() => format!("{float:.11e}"),
        _ => number.to_string(),
    };
    out.push_str(&text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sum(value: &Value) -> String {
        checksum(value.as_object().unwrap())
    }

    #[test]
    fn how_a_document_is_written_does_not_count_and_what_it_says_does() {
        let document = json!({"a": [1, {"b": "x", "c": 2.0}], "d": 0.1, "checksum": "s"});
        for same in [
            json!({"d": 0.1, "a": [1, {"c": 2, "b": "x"}]}),
            json!({"a": [1, {"b": "x", "c": 2, "e": null}], "d": f64::from_bits(0.1_f64.to_bits() + 1)}),
            json!({"a": [1.0, {"b": "x", "c": 2}], "d": 0.1, "summary": {"sources": 1}, "warnings": ["w"]}),
        ] {
            assert_eq!(sum(&document), sum(&same), "{same}");
        }
        for other in [
            json!({"a": [1, {"b": "x", "c": 2}], "d": 0.2}),
            json!({"a": [1, {"b": "y", "c": 2}], "d": 0.1}),
            json!({"a": [{"b": "x", "c": 2}, 1], "d": 0.1}),
            json!({"a": [1, {"b": "x", "c": "2"}], "d": 0.1}),
            json!({"a": [1, {"b": "x", "c": 2}], "d": 0.1, "e": false}),
            json!({"a": [1, null, {"b": "x", "c": 2}], "d": 0.1}),
            json!({"a": [1, {"b": "x", "c": 2, "summary": 1}], "d": 0.1}),
            json!({"a": [-1, {"b": "x", "c": 2}], "d": 0.1}),
        ] {
            assert_ne!(sum(&document), sum(&other), "{other}");
        }
        assert!(sum(&document).starts_with("sha256:"));
    }

    #[test]
    fn numbers_that_differ_beyond_what_a_float_holds_differ() {
        let sums =
            [9_007_199_254_740_992_u64, 9_007_199_254_740_993].map(|n| sum(&json!({"n": n})));
        assert_ne!(sums[0], sums[1]);
        assert_eq!(sum(&json!({"n": -0.0})), sum(&json!({"n": 0})));
    }
}
