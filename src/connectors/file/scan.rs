//! Records of a JSON document one by one, each as the bytes that it is written in: a document of
//! any size takes no more memory than its largest record.

use std::io::BufRead;

use super::error::{io_failed, malformed, too_much};
use crate::connectors::ConnectorError;

/// The largest record, in bytes.
const RECORD: usize = 16 << 20;
/// How deep a record may be nested; those who read it later have their limits too.
const DEPTH: usize = 100;

/// Where the records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// In a list, whose first element may come, or the next.
    List { first: bool },
    /// One after the other.
    Sequence,
    /// Behind the last.
    End,
}

/// Finds the records of a document.
pub struct Scan<R> {
    input: R,
    shown: String,
    line: u64,
    inside: Option<Inside>,
    path: Vec<String>,
    /// Whether a list at the very beginning is the list of records.
    unwraps: bool,
}

impl<R: BufRead> Scan<R> {
    /// The records at `path`; where it is empty, those of the list that the document is, or, of a
    /// file of lines, the documents one after the other.
    pub fn new(input: R, path: &[String], lines: bool, shown: &str) -> Self {
        Self {
            input,
            shown: shown.to_owned(),
            line: 1,
            inside: None,
            path: path.to_vec(),
            unwraps: !lines,
        }
    }

    /// The line that was come to.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next record into `record`; answers whether there was one.
    pub fn next(&mut self, record: &mut Vec<u8>) -> Result<bool, ConnectorError> {
        record.clear();
        let inside = match self.inside {
            Some(inside) => inside,
            None => self.begin()?,
        };
        let more = match inside {
            Inside::End => return Ok(false),
            Inside::Sequence => self.blank()?.is_some(),
            Inside::List { first } => match self.blank()? {
                Some(b']') => {
                    self.skip();
                    if self.path.is_empty() && self.blank()?.is_some() {
                        return Err(self.wrong("something stands behind the end of the list"));
                    }
                    false
                }
                Some(b',') if !first => {
                    self.skip();
                    true
                }
                Some(_) if first => true,
                Some(_) => return Err(self.wrong("a comma is missing in the list")),
                None => return Err(self.wrong("the list has no end")),
            },
        };
        if !more {
            self.inside = Some(Inside::End);
            return Ok(false);
        }
        self.value(Some(record))?;
        self.inside = Some(match inside {
            Inside::List { .. } => Inside::List { first: false },
            other => other,
        });
        Ok(true)
    }

    /// Goes to where the records begin.
    fn begin(&mut self) -> Result<Inside, ConnectorError> {
        for name in self.path.clone() {
            self.enter(&name)?;
        }
        if !self.unwraps && self.path.is_empty() {
            return Ok(Inside::Sequence);
        }
        match self.blank()? {
            Some(b'[') => {
                self.skip();
                Ok(Inside::List { first: true })
            }
            _ if self.path.is_empty() => Ok(Inside::Sequence),
            _ => Err(self.wrong("record_path does not lead to a list")),
        }
    }

    /// Goes to the value of a name of the object that comes next.
    fn enter(&mut self, name: &str) -> Result<(), ConnectorError> {
        if self.blank()? != Some(b'{') {
            return Err(self.wrong("record_path leads through something that is no object"));
        }
        self.skip();
        let mut key = Vec::new();
        loop {
            if self.blank()? != Some(b'"') {
                return Err(self.wrong("there is nothing at record_path"));
            }
            key.clear();
            self.value(Some(&mut key))?;
            if self.blank()? != Some(b':') {
                return Err(self.wrong("a colon is missing"));
            }
            self.skip();
            if serde_json::from_slice::<String>(&key).is_ok_and(|key| key == name) {
                return Ok(());
            }
            self.blank()?;
            self.value(None)?;
            if self.blank()? == Some(b',') {
                self.skip();
            }
        }
    }

    /// Reads one value, as far as brackets and quotes tell where it ends.
    fn value(&mut self, mut into: Option<&mut Vec<u8>>) -> Result<(), ConnectorError> {
        let began = self.blank()?;
        let (mut depth, mut in_text, mut escaped, mut count) = (0_usize, false, false, 0_usize);
        let is_plain = !matches!(began, Some(b'{' | b'[' | b'"'));
        loop {
            let input = self.input.fill_buf();
            let input = input.map_err(|error| io_failed(&error, &self.shown))?;
            if input.is_empty() {
                // A bare number or word ends with the file.
                if is_plain && count > 0 {
                    return Ok(());
                }
                return Err(self.wrong("the document ends in the middle"));
            }
            let mut used = 0;
            let mut done = false;
            for byte in input {
                if is_plain && matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n') {
                    done = true;
                    break;
                }
                used += 1;
                if *byte == b'\n' {
                    self.line += 1;
                }
                if in_text {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => in_text = false,
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => in_text = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
                if depth > DEPTH {
                    let hint = "Flatten it first.";
                    let what = format!("has a record that is nested deeper than {DEPTH} levels");
                    return Err(too_much(&self.shown, &what, hint));
                }
                if !is_plain && depth == 0 && !in_text {
                    done = true;
                    break;
                }
            }
            if let Some(into) = into.as_deref_mut() {
                into.extend_from_slice(&input[..used]);
            }
            self.input.consume(used);
            count += used;
            if into.is_some() && count > RECORD {
                let what = format!("has a record of more than {} MiB", RECORD >> 20);
                let hint =
                    "Where the records stand in a list inside of it, name it as record_path.";
                return Err(too_much(&self.shown, &what, hint));
            }
            if done {
                if count == 0 {
                    return Err(self.wrong("a value is missing"));
                }
                return Ok(());
            }
        }
    }

    /// Passes over what stands between values, and tells the byte that comes next.
    fn blank(&mut self) -> Result<Option<u8>, ConnectorError> {
        loop {
            let input = self.input.fill_buf();
            let input = input.map_err(|error| io_failed(&error, &self.shown))?;
            if input.is_empty() {
                return Ok(None);
            }
            let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let count = input.iter().take_while(is_blank).count();
            let lines = input[..count].split(|byte| *byte == b'\n').count() - 1;
            let next = input.get(count).copied();
            self.line += lines as u64;
            self.input.consume(count);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    fn skip(&mut self) {
        self.input.consume(1);
    }

    fn wrong(&self, what: &str) -> ConnectorError {
        malformed(&self.shown, self.line, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, path: &[&str], lines: bool) -> Result<Vec<String>, String> {
        let path: Vec<_> = path.iter().map(ToString::to_string).collect();
        let input = std::io::BufReader::with_capacity(3, text.as_bytes());
        let mut scan = Scan::new(input, &path, lines, "a.json");
        let (mut all, mut record) = (Vec::new(), Vec::new());
        while scan.next(&mut record).map_err(|error| error.message)? {
            all.push(String::from_utf8(record.clone()).unwrap());
        }
        Ok(all)
    }

    #[test]
    fn records_are_found_wherever_they_stand() {
        for (text, path, lines, expected) in [
            (
                "[{\"a\": 1} , {\"b\":\"]\\\"\"}]",
                &[][..],
                false,
                vec!["{\"a\": 1}", "{\"b\":\"]\\\"\"}"],
            ),
            ("[]", &[], false, vec![]),
            ("", &[], false, vec![]),
            (
                "{\"a\":1}\n{\"a\":2}\n",
                &[],
                true,
                vec!["{\"a\":1}", "{\"a\":2}"],
            ),
            ("[1,2]\n[3]", &[], true, vec!["[1,2]", "[3]"]),
            (
                "{\"x\":[1],\"d\":{\"i\":[1,\"2\"]},\"y\":0}",
                &["d", "i"],
                false,
                vec!["1", "\"2\""],
            ),
        ] {
            assert_eq!(read(text, path, lines).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_told_with_its_line() {
        for (text, path, what) in [
            ("[1 2]", &[][..], "comma"),
            ("[1,\n", &[], "line 2"),
            ("[1]\n x", &[], "behind the end"),
            ("{\"a\":{}}", &["a"], "lead to a list"),
            ("{\"a\":[]}", &["b"], "nothing at record_path"),
            ("[{\"a\":\"", &[], "in the middle"),
        ] {
            let error = read(text, path, false).unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
        let deep = format!("[{}", "[".repeat(100_000));
        assert!(read(&deep, &[], false).unwrap_err().contains("deeper"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "[\\[\\]{}\",:a1 \\\\\n]{0,40}") {
            let _ = read(&text, &[], false);
            let _ = read(&text, &["a"], true);
        }
    }
}
