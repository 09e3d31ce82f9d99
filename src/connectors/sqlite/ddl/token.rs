//! The tokens of a statement, one after the other.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connectors::sqlite) enum Kind {
    /// A keyword or a bare identifier.
    Word,
    /// An identifier in quotes: `"a"`, `` `a` ``, `[a]`.
    Quoted,
    /// A text: `'a'`. `SQLite` takes it for an identifier too where one is wanted.
    Text,
    /// A number, a blob, or a variable.
    Literal,
    /// A sign.
    Sign,
}

/// A token, with where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connectors::sqlite) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub start: usize,
}

impl Token<'_> {
    pub(in crate::connectors::sqlite) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword.
    pub(in crate::connectors::sqlite) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    pub(in crate::connectors::sqlite) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    pub(in crate::connectors::sqlite) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// As a name, without its quotes. <https://sqlite.org/lang_keywords.html>
    pub(in crate::connectors::sqlite) fn name(&self) -> Option<String> {
        let inside = self.text.get(1..self.text.len().saturating_sub(1));
        match (self.kind, self.text.chars().next()?) {
            (Kind::Word, _) => Some(self.text.to_owned()),
            (Kind::Quoted, '[') => inside.map(str::to_owned),
            (Kind::Quoted | Kind::Text, quote) => {
                let twice = [quote, quote].iter().collect::<String>();
                Some(inside?.replace(&twice, quote.encode_utf8(&mut [0; 4])))
            }
            _ => None,
        }
    }
}

/// Goes through a text, one token ahead. A quote that does not end, ends the text.
#[derive(Debug, Clone)]
pub(in crate::connectors::sqlite) struct Cursor<'a> {
    text: &'a str,
    next: Option<Token<'a>>,
}

impl<'a> Cursor<'a> {
    pub(in crate::connectors::sqlite) fn new(text: &'a str) -> Self {
        let next = token(text, 0);
        Self { text, next }
    }

    pub(in crate::connectors::sqlite) fn peek(&self) -> Option<Token<'a>> {
        self.next
    }

    pub(in crate::connectors::sqlite) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.next?;
        self.next = self::token(self.text, token.end());
        Some(token)
    }

    /// Takes the next token where it is this keyword.
    pub(in crate::connectors::sqlite) fn eat(&mut self, keyword: &str) -> bool {
        self.eat_if(|token| token.is(keyword))
    }

    pub(in crate::connectors::sqlite) fn eat_any(&mut self, keywords: &[&str]) -> bool {
        self.eat_if(|token| token.is_any(keywords))
    }

    pub(in crate::connectors::sqlite) fn eat_sign(&mut self, sign: &str) -> bool {
        self.eat_if(|token| token.is_sign(sign))
    }

    pub(in crate::connectors::sqlite) fn eat_if(
        &mut self,
        wanted: impl FnOnce(&Token<'a>) -> bool,
    ) -> bool {
        let eaten = self.next.is_some_and(|token| wanted(&token));
        if eaten {
            self.next();
        }
        eaten
    }

    /// Takes this keyword, or there is nothing to tell.
    pub(in crate::connectors::sqlite) fn demand(&mut self, keyword: &str) -> Option<()> {
        self.eat(keyword).then_some(())
    }

    /// Takes a name.
    pub(in crate::connectors::sqlite) fn name(&mut self) -> Option<String> {
        self.next()?.name()
    }

    /// Takes the name of what is created, the schema before it and IF NOT EXISTS left out.
    pub(in crate::connectors::sqlite) fn created_name(&mut self) -> Option<String> {
        let first = self.next()?;
        let mut name = first.name()?;
        // A thing may have the name IF.
        if first.is("IF") && self.eat("NOT") {
            self.demand("EXISTS")?;
            name = self.name()?;
        }
        if self.eat_sign(".") {
            name = self.name()?;
        }
        Some(name)
    }

    /// Takes all from a parenthesis to the one that ends it, and answers what is inside.
    pub(in crate::connectors::sqlite) fn group(&mut self) -> Option<&'a str> {
        let open = self.next.filter(|token| token.is_sign("("))?;
        let mut depth = 0_usize;
        loop {
            let token = self.next()?;
            if token.is_sign("(") {
                depth += 1;
            } else if token.is_sign(")") {
                depth -= 1;
                if depth == 0 {
                    return self.text.get(open.end()..token.start).map(str::trim);
                }
            }
        }
    }

    /// All that is left.
    pub(in crate::connectors::sqlite) fn rest(&self) -> &'a str {
        let from = self.next.map_or(self.text.len(), |token| token.start);
        self.text.get(from..).unwrap_or_default().trim_end()
    }
}

/// The first token at or after `at`, comments and blanks left out. None where there is no further
/// one, and where a quote does not end. After `sqlite3GetToken` of `tokenize.c`.
fn token(text: &str, at: usize) -> Option<Token<'_>> {
    let start = at + blank(text.get(at..)?);
    let rest = text.get(start..)?;
    let first = rest.chars().next()?;
    let (kind, length) = match first {
        '"' | '`' => (Kind::Quoted, quoted(rest, first)?),
        '\'' => (Kind::Text, quoted(rest, first)?),
        '[' => (Kind::Quoted, rest.find(']')? + 1),
        'x' | 'X' if rest[1..].starts_with('\'') => (Kind::Literal, 2 + rest[2..].find('\'')? + 1),
        c if c.is_ascii_digit() => (Kind::Literal, number(rest)),
        '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => (Kind::Literal, number(rest)),
        '?' | '$' | '@' | '#' | ':' => (Kind::Literal, 1 + word(&rest[1..])),
        c if in_word(c) => (Kind::Word, word(rest)),
        c => (Kind::Sign, c.len_utf8()),
    };
    let text = rest.get(..length)?;
    Some(Token { kind, text, start })
}

/// How many bytes of blanks and comments the text begins with.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        let blanks = |c| matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r' | '\u{feff}');
        let after = rest.trim_start_matches(blanks);
        rest = if after.starts_with("--") {
            after.find('\n').map_or("", |end| &after[end..])
        } else if let Some(comment) = after.strip_prefix("/*") {
            comment.find("*/").map_or("", |end| &comment[end + 2..])
        } else {
            return text.len() - after.len();
        };
    }
}

/// The length of a text in quotes; a quote inside stands twice.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut from = 1;
    loop {
        let end = from + text.get(from..)?.find(quote)? + 1;
        if !text[end..].starts_with(quote) {
            return Some(end);
        }
        from = end + 1;
    }
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

fn word(text: &str) -> usize {
    text.find(|c| !in_word(c)).unwrap_or(text.len())
}

/// The length of a number, with its fraction and exponent.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let digits = |mut at: usize| {
        while digit(at) || bytes.get(at) == Some(&b'_') {
            at += 1;
        }
        at
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            end = digits(end + 1 + sign);
        }
    }
    // A hexadecimal number, and letters that SQLite would refuse.
    end + word(&text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(Kind, &str)> {
        let mut cursor = Cursor::new(text);
        std::iter::from_fn(|| cursor.next().map(|t| (t.kind, t.text))).collect()
    }

    #[test]
    fn a_statement_is_taken_apart_as_sqlite_does() {
        use Kind::{Literal, Quoted, Sign, Text, Word};
        for (text, expected) in [
            (
                "a /* b */ c -- d\n e",
                vec![(Word, "a"), (Word, "c"), (Word, "e")],
            ),
            (
                "\"a\"\"b\" [c\"d] `e`",
                vec![(Quoted, "\"a\"\"b\""), (Quoted, "[c\"d]"), (Quoted, "`e`")],
            ),
            (
                "'it''s' x'00' X'1' xy",
                vec![
                    (Text, "'it''s'"),
                    (Literal, "x'00'"),
                    (Literal, "X'1'"),
                    (Word, "xy"),
                ],
            ),
            (
                "1e-5-2 .5 0xFf 1_0",
                vec![
                    (Literal, "1e-5"),
                    (Sign, "-"),
                    (Literal, "2"),
                    (Literal, ".5"),
                    (Literal, "0xFf"),
                    (Literal, "1_0"),
                ],
            ),
            (
                "a.b->>c",
                vec![
                    (Word, "a"),
                    (Sign, "."),
                    (Word, "b"),
                    (Sign, "-"),
                    (Sign, ">"),
                    (Sign, ">"),
                    (Word, "c"),
                ],
            ),
            ("größe🦀(", vec![(Word, "größe🦀"), (Sign, "(")]),
            ("a 'never ends", vec![(Word, "a")]),
            ("a /* never ends", vec![(Word, "a")]),
        ] {
            assert_eq!(all(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_told_without_its_quotes() {
        for (text, expected) in [
            ("a", Some("a")),
            ("\"a\"\"b\"", Some("a\"b")),
            ("`a``b`", Some("a`b")),
            ("[a b]", Some("a b")),
            ("'it''s'", Some("it's")),
            ("\"\"", Some("")),
            ("1", None),
            ("(", None),
        ] {
            assert_eq!(Cursor::new(text).name().as_deref(), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_to_an_end_and_no_token_overlaps_another(text in "(?s).*") {
            let mut cursor = Cursor::new(&text);
            let mut at = 0;
            while let Some(token) = cursor.next() {
                assert!(token.start >= at && !token.text.is_empty());
                at = token.end();
            }
        }
    }
}
