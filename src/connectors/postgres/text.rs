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

/// The text form of an array of numbers.
pub fn array_of(numbers: &[impl ToString]) -> String {
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

/// The elements of the text form of an array of one dimension; a NULL is left out, as no catalog
/// holds one. `None` where it is no such text.
pub fn elements(text: &str) -> Option<Vec<String>> {
    let mut rest = text
        .strip_prefix('{')?
        .strip_suffix('}')?
        .chars()
        .peekable();
    let mut elements = Vec::new();
    while let Some(first) = rest.peek() {
        let quoted = *first == '"';
        let mut element = String::new();
        if quoted {
            rest.next();
        }
        loop {
            match rest.next() {
                Some('"') if quoted => match rest.next() {
                    None | Some(',') => break,
                    Some(_) => return None,
                },
                Some(',') | None if !quoted => break,
                Some('\\') => element.push(rest.next()?),
                Some(c) => element.push(c),
                None => return None,
            }
        }
        if quoted || element != "NULL" {
            elements.push(element);
        }
    }
    Some(elements)
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

    #[test]
    fn arrays_of_texts_are_read_as_the_server_writes_them() {
        for (text, expected) in [
            ("{}", Some(vec![])),
            ("{a}", Some(vec!["a"])),
            ("{a,\"b c\",\"\"}", Some(vec!["a", "b c", ""])),
            (
                r#"{"say \"hi\"","back\\slash","{,}"}"#,
                Some(vec!["say \"hi\"", "back\\slash", "{,}"]),
            ),
            (
                "{NULL,\"NULL\",fillfactor=70}",
                Some(vec!["NULL", "fillfactor=70"]),
            ),
            ("", None),
            ("a", None),
            ("{\"a}", None),
            ("{\"a\"b}", None),
            ("{a\\}", None),
        ] {
            let read = elements(text);
            let read = read
                .as_ref()
                .map(|r| r.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(read, expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_array_of_texts_reads_back(texts in proptest::collection::vec(".*", 0..5)) {
            let written = array(texts.iter().map(String::as_str));
            proptest::prop_assert_eq!(elements(&written), Some(texts));
        }

        #[test]
        fn a_literal_has_no_bare_quote_inside(text in ".*") {
            let quoted = literal(&text);
            let inner = quoted.trim_start_matches(" E").strip_prefix('\'').unwrap().strip_suffix('\'').unwrap();
            let bare = inner.replace("\\\\", "").replace("''", "");
            proptest::prop_assert!(!bare.contains('\'') && !bare.contains('\\'));
        }
    }
}
