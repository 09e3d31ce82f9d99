//! `CREATE_OPTIONS` of a table: words, and names with values.

use std::collections::BTreeMap;

use serde_json::Value;

/// How the rows are dealt out, which stands elsewhere; and what can hold a password.
const ELSEWHERE: &[&str] = &["partitioned", "connection", "password"];

/// The options by their names in small letters; numbers as numbers. A word alone is true.
pub fn read(text: &str) -> BTreeMap<String, Value> {
    let mut options = BTreeMap::new();
    for word in words(text) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, number(unquoted(value))),
            None => (word, Value::Bool(true)),
        };
        let name = unquoted(name).to_lowercase();
        if !ELSEWHERE.contains(&name.as_str()) {
            options.insert(name, value);
        }
    }
    options
}

fn number(value: &str) -> Value {
    match value.parse::<u64>() {
        Ok(number) => number.into(),
        Err(_) => value.into(),
    }
}

/// What stands between blanks that are in no quotes. `DATA DIRECTORY='…'` is the one name of two words.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut begin = 0;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '\'' | '"' | '`') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, ' ') if !matches!(&text[begin..at], "DATA" | "INDEX") => {
                words.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    words.push(&text[begin..]);
    words.retain(|word| !word.is_empty());
    words
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    ['\'', '"', '`']
        .into_iter()
        .find_map(inside)
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn options_are_read_in_the_words_of_both_servers() {
        for (text, expected) in [
            ("", json!({})),
            ("partitioned", json!({})),
            (
                "row_format=COMPRESSED KEY_BLOCK_SIZE=8 stats_persistent=1",
                json!({"row_format": "COMPRESSED", "key_block_size": 8, "stats_persistent": 1}),
            ),
            (
                "`ENCRYPTED`=YES ENCRYPTION='Y' COMPRESSION=\"zlib\" partitioned",
                json!({"encrypted": "YES", "encryption": "Y", "compression": "zlib"}),
            ),
            (
                "DATA DIRECTORY='/a b/' max_rows=5 CONNECTION='mysql://x y'",
                json!({"data directory": "/a b/", "max_rows": 5}),
            ),
        ] {
            assert_eq!(json!(read(text)), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in ".*") {
            let _ = read(&text);
        }
    }
}
