//! The records of a CSV file (RFC 4180), as files in the wild have them: any line ends, quotes
//! inside of values that have none around them.

use std::io::BufRead;
use std::ops::Range;

use super::error::{io_failed, malformed, too_much};
use crate::connectors::ConnectorError;

/// How values are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: Option<u8>,
    pub escape: Option<u8>,
}

/// The largest record, in bytes.
const RECORD: usize = 16 << 20;
/// The most values of one.
const FIELDS: usize = 20_000;

/// Reads records one by one.
pub struct Records<R> {
    input: R,
    dialect: Dialect,
    shown: String,
    /// The line that is being read, from 1.
    line: u64,
    /// The line on which the last record began.
    began: u64,
    bytes: Vec<u8>,
    fields: Vec<(Range<usize>, bool)>,
    /// The last record ended with a carriage return, to which a line feed may belong.
    returned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Bare,
    Quoted,
    /// Behind a quote that ended the value, or began a doubled one.
    Closed,
    /// Behind an escape: in quotes or not.
    Escaped(bool),
}

impl<R: BufRead> Records<R> {
    pub fn new(input: R, dialect: Dialect, shown: &str) -> Self {
        Self {
            input,
            dialect,
            shown: shown.to_owned(),
            line: 1,
            began: 1,
            bytes: Vec::new(),
            fields: Vec::new(),
            returned: false,
        }
    }

    /// The line on which the last record began.
    pub fn began(&self) -> u64 {
        self.began
    }

    /// The values of the last record, each with whether it stood in quotes.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&[u8], bool)> {
        let field = |(range, quoted): &(Range<usize>, bool)| (&self.bytes[range.clone()], *quoted);
        self.fields.iter().map(field)
    }

    /// Whether the last record is an empty line.
    pub fn is_blank(&self) -> bool {
        matches!(&self.fields[..], [(range, false)] if range.is_empty())
    }

    /// Reads the next record; answers whether there was one.
    pub fn next(&mut self) -> Result<bool, ConnectorError> {
        self.bytes.clear();
        self.fields.clear();
        self.began = self.line;
        let Dialect {
            delimiter,
            quote,
            escape,
        } = self.dialect;
        let (mut at, mut start, mut quoted, mut any) = (At::Start, 0, false, false);
        loop {
            let input = self.input.fill_buf();
            let input = input.map_err(|error| io_failed(&error, &self.shown))?;
            if input.is_empty() {
                return match at {
                    At::Quoted | At::Escaped(true) => Err(malformed(
                        &self.shown,
                        self.began,
                        "a quote is opened and never closed",
                    )),
                    _ if any => {
                        self.fields.push((start..self.bytes.len(), quoted));
                        Ok(true)
                    }
                    _ => Ok(false),
                };
            }
            let mut used = 0;
            let mut ended = false;
            for byte in input {
                used += 1;
                if std::mem::take(&mut self.returned) && *byte == b'\n' && !any {
                    continue;
                }
                any = true;
                if *byte == b'\n' {
                    self.line += 1;
                }
                let is_quote = quote == Some(*byte);
                let is_escape = escape == Some(*byte) && escape != quote;
                let in_quotes = at == At::Quoted;
                match at {
                    At::Escaped(in_quotes) => {
                        self.bytes.push(*byte);
                        at = if in_quotes { At::Quoted } else { At::Bare };
                    }
                    _ if is_escape && at != At::Closed => at = At::Escaped(in_quotes),
                    At::Quoted if is_quote => at = At::Closed,
                    At::Quoted => self.bytes.push(*byte),
                    At::Closed if is_quote => {
                        self.bytes.push(*byte);
                        at = At::Quoted;
                    }
                    At::Start if is_quote => {
                        quoted = true;
                        at = At::Quoted;
                    }
                    _ if *byte == delimiter => {
                        self.fields.push((start..self.bytes.len(), quoted));
                        (start, quoted, at) = (self.bytes.len(), false, At::Start);
                    }
                    _ if matches!(*byte, b'\n' | b'\r') => {
                        if *byte == b'\r' {
                            self.returned = true;
                            self.line += 1;
                        }
                        self.fields.push((start..self.bytes.len(), quoted));
                        ended = true;
                        break;
                    }
                    _ => {
                        self.bytes.push(*byte);
                        at = At::Bare;
                    }
                }
            }
            self.input.consume(used);
            if ended {
                return Ok(true);
            }
            if self.bytes.len() > RECORD || self.fields.len() > FIELDS {
                let what = format!(
                    "has a record of more than {} MiB or {FIELDS} values, from line {} on",
                    RECORD >> 20,
                    self.began
                );
                let hint = "A quote may be open there; say in the options how the file is written.";
                return Err(too_much(&self.shown, &what, hint));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect {
        delimiter: b',',
        quote: Some(b'"'),
        escape: None,
    };

    /// The records, with values in quotes marked by them.
    fn read(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
        // Two bytes at a time, so that every state meets the end of a buffer.
        let input = std::io::BufReader::with_capacity(2, text.as_bytes());
        let mut records = Records::new(input, dialect, "a.csv");
        let mut all = Vec::new();
        while records.next().unwrap() {
            let fields = records.fields().map(|(bytes, quoted)| {
                let text = String::from_utf8(bytes.to_vec()).unwrap();
                if quoted { format!("\"{text}\"") } else { text }
            });
            all.push(fields.collect());
        }
        all
    }

    #[test]
    fn records_are_read_as_the_rfc_and_the_wild_write_them() {
        for (text, expected) in [
            ("a,b\n1,2\n", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r\n1,2", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a\rb\r", vec![vec!["a"], vec!["b"]]),
            (
                "\"a,\n\"\"b\",,\"\"\n",
                vec![vec!["\"a,\n\"b\"", "", "\"\""]],
            ),
            ("a\"b,\"c\"d\n", vec![vec!["a\"b", "\"cd\""]]),
            ("a,\n\n", vec![vec!["a", ""], vec![""]]),
            ("", vec![]),
        ] {
            assert_eq!(read(text, COMMA), expected, "{text:?}");
        }
    }

    #[test]
    fn an_escape_takes_the_meaning_from_the_next_sign() {
        let escape = Some(b'\\');
        let dialect = Dialect { escape, ..COMMA };
        let expected = [["\"a\"b\"".to_owned(), "c,d".to_owned()]];
        assert_eq!(read("\"a\\\"b\",c\\,d\n", dialect), expected);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_with_its_line() {
        let mut records = Records::new(&b"a\nb\n\"c\nd"[..], COMMA, "a.csv");
        assert!(records.next().unwrap() && records.next().unwrap());
        let error = records.next().unwrap_err();
        assert!(error.message.contains("line 3"), "{error}");
    }
}
