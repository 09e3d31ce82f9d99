//! Putting names and values into SQL text: the one place that quotes.

/// An identifier, quoted.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string literal. The `E` form where it holds a backslash: it means the same whatever
/// `standard_conforming_strings` is set to (libpq, `PQescapeLiteral`).
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!(" E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// The text form of an array of texts (PostgreSQL manual, "Array Input and Output Syntax").
pub fn array<'a>(elements: impl Iterator<Item = &'a str>) -> String {
    let quoted = elements.map(|e| format!("\"{}\"", e.replace('\\', "\\\\").replace('"', "\\\"")));
    format!("{{{}}}", quoted.collect::<Vec<_>>().join(","))
}

/// Fills in `:'name'` as psql does, so that the same file runs there by hand. One pass: a value
/// that looks like a variable stays a value.
pub fn filled(sql: &str, variables: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sql.len() + 64);
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once(":'") {
        out.push_str(before);
        let (name, after) = after.split_once('\'').unwrap_or((after, ""));
        let value = variables.iter().find(|(n, _)| *n == name);
        out.push_str(&literal(value.map_or("", |(_, value)| value)));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_cannot_leave_their_quotes() {
        for (text, as_identifier, as_literal) in [
            ("plain", "\"plain\"", "'plain'"),
            ("a\"b", "\"a\"\"b\"", "'a\"b'"),
            ("it's", "\"it's\"", "'it''s'"),
            ("back\\slash'", "\"back\\slash'\"", " E'back\\\\slash'''"),
        ] {
            assert_eq!(identifier(text), as_identifier);
            assert_eq!(literal(text), as_literal);
        }
        assert_eq!(array(["a", "b\"\\", ""].into_iter()), r#"{"a","b\"\\",""}"#);
        assert_eq!(array(std::iter::empty()), "{}");
    }

    #[test]
    fn a_value_that_looks_like_a_variable_stays_a_value() {
        let sql = filled(
            "x = :'a' AND y::text = :'b'",
            &[("a", ":'b'"), ("b", "it's")],
        );
        assert_eq!(sql, "x = ':''b''' AND y::text = 'it''s'");
    }

    proptest::proptest! {
        #[test]
        fn a_literal_has_no_bare_quote_inside(text in ".*") {
            let quoted = literal(&text);
            let inner = quoted.trim_start_matches(" E").strip_prefix('\'').unwrap().strip_suffix('\'').unwrap();
            let bare = inner.replace("\\\\", "").replace("''", "");
            proptest::prop_assert!(!bare.contains('\'') && !bare.contains('\\'));
        }
    }
}
