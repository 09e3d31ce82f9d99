//! A statement's words, told apart as the servers do it, without its texts and comments.

/// What of the SQL mode changes where a text ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotes {
    /// `ANSI_QUOTES`: double quotes stand around names.
    pub ansi: bool,
    /// `NO_BACKSLASH_ESCAPES`.
    pub no_backslash: bool,
}

impl Quotes {
    /// Those of a session's `sql_mode`.
    pub fn of(mode: &str) -> Self {
        let has = |name: &str| mode.split(',').any(|one| one.eq_ignore_ascii_case(name));
        Self {
            ansi: has("ANSI_QUOTES"),
            no_backslash: has("NO_BACKSLASH_ESCAPES"),
        }
    }
}

/// A part of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A word, in capitals.
    Word(String),
    /// A name in quotes, in capitals.
    Name(String),
    /// A text in quotes.
    Text,
    /// Any other character.
    Mark(char),
    /// A comment that the server may run, or that may end elsewhere for it.
    Hidden,
}

/// All parts of a statement in order.
pub fn tokens(sql: &str, quotes: Quotes) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(character) = rest.chars().next() {
        let (token, length) = match character {
            '\'' | '"' | '`' => quoted(rest, character, quotes),
            '#' => (None, line(rest)),
            '-' if is_line_comment(rest) => (None, line(rest)),
            '/' if rest.starts_with("/*") => comment(rest),
            c if is_of_word(c) => {
                let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                (Some(Token::Word(rest[..length].to_uppercase())), length)
            }
            c if c.is_ascii_whitespace() || c == '\u{b}' => (None, 1),
            c => (Some(Token::Mark(c)), c.len_utf8()),
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

/// Characters of names without quotes; the servers take any beyond ASCII for one.
fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
}

fn line(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// Two dashes begin a comment only before a blank or a control character.
fn is_line_comment(rest: &str) -> bool {
    rest.strip_prefix("--").is_some_and(|behind| {
        let next = behind.bytes().next();
        next.is_none_or(|byte| byte <= b' ' || byte == 0x7F)
    })
}

/// A comment; a hint that holds quotes may end elsewhere for the server.
fn comment(rest: &str) -> (Option<Token>, usize) {
    let length = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
    let text = &rest[2..length];
    let runs = text.starts_with('!') || text.starts_with("M!");
    let quotes = text.starts_with('+') && text.contains(['\'', '"', '`', '\\']);
    ((runs || quotes).then_some(Token::Hidden), length)
}

/// A text or name with its quotes.
fn quoted(rest: &str, quote: char, quotes: Quotes) -> (Option<Token>, usize) {
    let is_name = quote == '`' || (quote == '"' && quotes.ansi);
    let mut inner = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    let mut length = rest.len();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && !is_name && !quotes.no_backslash {
            characters.next();
        } else if character == quote {
            if characters.next_if(|(_, next)| *next == quote).is_none() {
                length = at + 1;
                break;
            }
            inner.push(quote);
        } else if is_name {
            inner.extend(character.to_uppercase());
        }
    }
    let token = if is_name {
        Token::Name(inner)
    } else {
        Token::Text
    };
    (Some(token), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sql: &str, mode: &str) -> String {
        let tokens = tokens(sql, Quotes::of(mode));
        let words = tokens.into_iter().map(|token| match token {
            Token::Word(word) => word,
            Token::Name(name) => format!("`{name}`"),
            Token::Text => "'".to_owned(),
            Token::Mark(mark) => mark.to_string(),
            Token::Hidden => "!".to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn texts_end_where_the_server_ends_them() {
        let (no_backslash, ansi) = ("STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES", "ANSI_QUOTES");
        for (sql, mode, expected) in [
            (r"a '\' b' c", "", "A ' C"),
            (r"a '\' b ' c", no_backslash, "A ' B '"),
            ("a 'it''s' b", "", "A ' B"),
            (r#"a "b\" c"#, ansi, r"A `B\` C"),
            (r#"a "b\" c""#, "", "A '"),
            ("`a``b\\`c", "", "`A`B\\` C"),
            ("a -- b\nc", "", "A C"),
            ("a --\u{a0} b", "", "A - - \u{a0} B"),
            ("a --1", "", "A - - 1"),
            ("a # b\nc /* d */ e", "", "A C E"),
            ("a /*! b */ c /*M!100 d */ e", "", "A ! C ! E"),
            ("/*+ x(1) */ a /*+ `*/ ` */", "", "A ! ` */`"),
            ("a /* b", "", "A"),
        ] {
            assert_eq!(words(sql, mode), expected, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_words(sql in ".*", ansi: bool, no_backslash: bool) {
            let _ = tokens(&sql, Quotes { ansi, no_backslash });
        }
    }
}
