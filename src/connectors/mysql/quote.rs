//! The dialect's two ways to write a foreign text into a statement.

use std::fmt::Write;

/// An identifier, whatever its characters.
pub fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as a literal that no SQL mode reads otherwise: quotes mean other things under
/// `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`, hexadecimal digits do not.
pub fn literal(text: &str) -> String {
    let mut sql = String::with_capacity(text.len() * 2 + 12);
    sql.push_str("_utf8mb4 0x");
    for byte in text.bytes() {
        // Writing to a String cannot fail.
        let _ = write!(sql, "{byte:02x}");
    }
    if text.is_empty() {
        "''".to_owned()
    } else {
        sql
    }
}

/// A list of literals, for `IN`.
pub fn literals<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let list: Vec<_> = texts.into_iter().map(literal).collect();
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_backtick_is_doubled() {
        assert_eq!(identifier("we``ird \"x\""), "`we````ird \"x\"`");
    }

    #[test]
    fn a_literal_holds_nothing_that_could_end_it() {
        assert_eq!(literals(["a'", "é"]), "_utf8mb4 0x6127, _utf8mb4 0xc3a9");
        assert_eq!(literal(""), "''");
    }
}
