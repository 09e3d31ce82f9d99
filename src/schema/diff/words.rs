//! How changes are said.

use serde_json::Value;

/// The most letters of a value that a sentence shows.
const LETTERS: usize = 80;

/// A name as it stands in a sentence: as it is where that cannot be misread, else in quotes.
pub fn name(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A name with its schema before it, where there is one.
pub fn qualified(schema: Option<&str>, of: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", name(schema), name(of)),
        None => name(of),
    }
}

/// Several names.
pub fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<_> = names.iter().map(|of| name(of.as_ref())).collect();
    names.join(", ")
}

fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .flat_map(|c| match c {
            '"' | '\\' => vec!['\\', c],
            c if c.is_control() => c.escape_default().collect(),
            c => vec![c],
        })
        .collect();
    format!("\"{escaped}\"")
}

/// On one line, and cut where it is long.
pub fn shown(text: &str) -> String {
    let line: Vec<_> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.is_empty() => quoted(text),
        None => line,
    }
}

/// A value as it stands in a sentence; `None` for what is too much for one.
fn value(value: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(shown(text)),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(all) if all.is_empty() => Some("none".to_owned()),
        Value::Array(all) => {
            let all: Option<Vec<_>> = all.iter().map(text).collect();
            all.map(|all| shown(&all.join(", ")))
        }
        one => text(one),
    }
}

/// What became of a part of something: `what` is the thing, `fact` the part, `Null` its absence.
pub fn altered(what: &str, fact: &str, before: &Value, after: &Value) -> String {
    let part = fact.replace(['_', '.'], " ");
    let is = |fact: &Value| matches!(fact, Value::Bool(true));
    let is_not = |fact: &Value| matches!(fact, Value::Bool(false) | Value::Null);
    if fact == "nullable" {
        let may = if is(after) { "may" } else { "may no longer" };
        return format!("{what} {may} be NULL");
    }
    if is(after) && is_not(before) {
        return format!("{what} is now {part}");
    }
    if is(before) && is_not(after) {
        return format!("{what} is no longer {part}");
    }
    match (before, value(before), after, value(after)) {
        (Value::Null, _, _, Some(after)) => format!("{what} got the {part} {after}"),
        (Value::Null, ..) => format!("{what} now has {part}"),
        (_, Some(before), Value::Null, _) => format!("{what} lost its {part} {before}"),
        (_, _, Value::Null, _) => format!("{what} no longer has {part}"),
        // Two long texts may look the same where they are cut.
        (_, Some(before), _, Some(after)) if before != after => {
            format!("{what} changed its {part} from {before} to {after}")
        }
        _ => format!("{what} changed its {part}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_quoted_only_where_it_could_be_misread() {
        for (given, expected) in [
            ("orders", "orders"),
            ("ÄÖ_1", "ÄÖ_1"),
            ("a.b", "\"a.b\""),
            ("", "\"\""),
            ("a\"b\n", "\"a\\\"b\\n\""),
            ("naïve 🐘", "\"naïve 🐘\""),
        ] {
            assert_eq!(name(given), expected);
        }
    }

    #[test]
    fn each_way_to_change_has_its_own_words() {
        let long = "x".repeat(500);
        for (fact, before, after, expected) in [
            (
                "type",
                json!("a"),
                json!("b"),
                "C changed its type from a to b",
            ),
            (
                "default",
                json!(null),
                json!("'x'"),
                "C got the default 'x'",
            ),
            (
                "default",
                json!("'x'"),
                json!(null),
                "C lost its default 'x'",
            ),
            ("nullable", json!(false), json!(true), "C may be NULL"),
            (
                "nullable",
                json!(true),
                json!(false),
                "C may no longer be NULL",
            ),
            (
                "auto_increment",
                json!(null),
                json!(true),
                "C is now auto increment",
            ),
            ("unique", json!(true), json!(false), "C is no longer unique"),
            (
                "included",
                json!(null),
                json!(["a", "b"]),
                "C got the included a, b",
            ),
            ("options", json!(null), json!({"a": 1}), "C now has options"),
            (
                "columns",
                json!([{}]),
                json!([{"a": 1}]),
                "C changed its columns",
            ),
            (
                "comment",
                json!(""),
                json!("a\n b"),
                "C changed its comment from \"\" to a b",
            ),
        ] {
            assert_eq!(altered("C", fact, &before, &after), expected);
        }
        let text = altered(
            "C",
            "d",
            &json!(format!("{long}1")),
            &json!(format!("{long}2")),
        );
        assert_eq!(text, "C changed its d");
        let text = altered("C", "d", &json!(null), &json!(long));
        assert!(text.chars().count() < 120 && text.ends_with('…'), "{text}");
    }
}
