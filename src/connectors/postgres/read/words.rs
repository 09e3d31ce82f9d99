//! The first word of a statement.

use super::super::calls::behind_comment;

/// Whether this is a statement that tells of the server, and of which no cursor is declared.
pub fn tells_of_the_server(sql: &str) -> bool {
    let word = first_word(sql);
    word.eq_ignore_ascii_case("SHOW") || word.eq_ignore_ascii_case("EXPLAIN")
}

/// The first word behind blanks and comments, as the server has them (`scan.l`): those in stars nest,
/// and a carriage return ends a line.
fn first_word(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.find(['\n', '\r']).map_or("", |end| &comment[end..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = behind_comment(comment);
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
            return &rest[..end.unwrap_or(rest.len())];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_stands_behind_comments() {
        for (sql, word) in [
            ("SHOW all", "SHOW"),
            (" -- a\n/* b /* c */ d */ explain (analyze) x", "explain"),
            ("/* SHOW", ""),
            ("-- SHOW", ""),
            ("-- a\rCOPY t TO PROGRAM '\nSHOW'", "COPY"),
            ("/*/*/ SHOW */", ""),
            ("(SELECT 1)", ""),
            ("/**/EXPLAIN/**/", "EXPLAIN"),
            ("SHOWx", "SHOWx"),
        ] {
            assert_eq!(first_word(sql), word, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(sql in "[-/*é a\n]{0,20}") {
            first_word(&sql);
        }
    }
}
