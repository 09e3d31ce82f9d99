//! How the servers print texts and expressions in their catalogs, and what is made of it: what
//! `SHOW CREATE TABLE` prints.

/// The values of an `enum` or `set`, in order, by `COLUMN_TYPE`; none of any other type.
///
/// Both servers write them there by one function (`append_unescaped`), whatever the SQL mode: a
/// quote is doubled, and a backslash, a line's end and a zero byte are written by a backslash.
pub fn values(column_type: &str) -> Vec<String> {
    let Some((_, list)) = column_type.split_once('(') else {
        return Vec::new();
    };
    let mut values = Vec::new();
    let mut open: Option<String> = None;
    let mut characters = list.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(value) = &mut open else {
            match character {
                '\'' => open = Some(String::new()),
                ')' => break,
                _ => {}
            }
            continue;
        };
        match character {
            '\'' if characters.next_if_eq(&'\'').is_some() => value.push('\''),
            '\'' => values.extend(open.take()),
            '\\' => value.extend(characters.next().map(escaped)),
            other => value.push(other),
        }
    }
    values
}

/// A text in quotes, as both servers write one in `SHOW CREATE TABLE`.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        match character {
            '\'' => quoted.push_str("''"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\0' => quoted.push_str("\\0"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}

/// What a backslash and this character stand for.
fn escaped(character: char) -> char {
    match character {
        '0' => '\0',
        'n' => '\n',
        'r' => '\r',
        'Z' => '\u{1a}',
        other => other,
    }
}

/// An expression of `MySQL`'s catalog: of a generated column, a default, a check or an index.
///
/// From 8.0 on its views print it escaped, as if it stood in a text, and with each byte of its
/// UTF-8 as a character; `SHOW CREATE TABLE` does neither.
pub fn mysql_expression(text: &str) -> String {
    let first_quote = text.find('\'');
    // Version 5.7 and what looks like it print it as it is.
    let plain = first_quote.is_some_and(|at| !text[..at].ends_with('\\'));
    let mut expression = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if !plain => expression.extend(characters.next().map(escaped)),
            other => expression.push(other),
        }
    }
    reassembled(expression)
}

/// A text whose characters are the bytes of UTF-8, put together again; any other as it is.
fn reassembled(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    let Ok(bytes) = bytes else {
        return text;
    };
    let mut whole = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        whole.push_str(chunk.valid());
        whole.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    whole
}

/// The default of a column of `MySQL`, as an expression of SQL.
///
/// `COLUMN_DEFAULT` holds texts without their quotes, so that the text `now()` would read as the
/// call: quotes are put around what is no number, bit or hexadecimal literal. An expression, by the
/// word `DEFAULT_GENERATED` in `EXTRA`, stands as it is.
pub fn mysql_default(data_type: &str, extra: &str, text: String) -> String {
    if extra.contains("DEFAULT_GENERATED") {
        return mysql_expression(&text);
    }
    let bare = match data_type {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float"
        | "double" | "bit" | "year" => true,
        "binary" | "varbinary" => text.starts_with("0x"),
        // Version 5.7 has no word for it.
        "timestamp" | "datetime" => text.starts_with("CURRENT_TIMESTAMP"),
        _ => false,
    };
    if bare { text } else { quoted(&text) }
}

/// The default of a column of `MariaDB`: `COLUMN_DEFAULT` is an expression already, and its lack is
/// the word NULL.
pub fn mariadb_default(text: String) -> Option<String> {
    (text != "NULL").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_servers_write_them() {
        let many = r"enum('a,b','it''s','back\\slash','',' x)','a\nb','\0','\\''','☃')";
        let expected = [
            "a,b",
            "it's",
            "back\\slash",
            "",
            " x)",
            "a\nb",
            "\0",
            "\\'",
            "☃",
        ];
        assert_eq!(values(many), expected);
        assert_eq!(values("set('x')"), ["x"]);
        assert!(values("int(11)").is_empty() && values("text").is_empty());
    }

    #[test]
    fn expressions_of_mysql_read_as_show_create_table_has_them() {
        for (printed, expression) in [
            (
                r"concat(`v`,_utf8mb4\'it\\\'s\')",
                r"concat(`v`,_utf8mb4'it\'s')",
            ),
            (r"_utf8mb4\'a\\\\b\\n\'", r"_utf8mb4'a\\b\n'"),
            ("(`Ã©` + 1)", "(`é` + 1)"),
            ("_utf8mb4\\'ð\u{9f}\u{98}\u{80}\\'", "_utf8mb4'😀'"),
            ("(`☃` + `é`)", "(`☃` + `é`)"),
            ("_latin1\\'é\\' or `Ã©`", "_latin1'é' or `é`"),
            (r"'plain\'s'", r"'plain\'s'"),
            ("(`id` + 1)", "(`id` + 1)"),
        ] {
            assert_eq!(mysql_expression(printed), expression);
        }
    }

    #[test]
    fn a_default_of_mysql_tells_a_text_from_a_call() {
        for (data_type, extra, text, default) in [
            ("varchar", "", "now()", "'now()'"),
            ("varchar", "DEFAULT_GENERATED", "uuid()", "uuid()"),
            ("varchar", "", "it's \\", r"'it''s \\'"),
            ("varchar", "", "", "''"),
            ("int", "", "-1", "-1"),
            ("bit", "", "b'101'", "b'101'"),
            ("varbinary", "", "0x00FF", "0x00FF"),
            (
                "datetime",
                "",
                "2020-01-01 00:00:00",
                "'2020-01-01 00:00:00'",
            ),
            (
                "datetime",
                "",
                "CURRENT_TIMESTAMP(3)",
                "CURRENT_TIMESTAMP(3)",
            ),
        ] {
            assert_eq!(mysql_default(data_type, extra, text.to_owned()), default);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_values_are_read_back(written in proptest::collection::vec("(?s).*", 0..6)) {
            let list: Vec<_> = written.iter().map(|value| quoted(value)).collect();
            proptest::prop_assert_eq!(values(&format!("enum({})", list.join(","))), written);
        }

        #[test]
        fn any_expression_is_read_back(expression in "(?s).*") {
            let escape = |c: char| match c {
                '\\' | '\'' => vec!['\\', c],
                other => vec![other],
            };
            let printed: String = expression.bytes().map(char::from).flat_map(escape).collect();
            proptest::prop_assert_eq!(mysql_expression(&printed), expression);
        }

        #[test]
        fn no_text_makes_reading_panic(text in "(?s).*") {
            let _ = values(&text);
            let _ = mysql_expression(&text);
        }
    }
}
