//! Reading the bytes of a part.

use super::kind::Kind;
use super::parts::AGAIN;

/// Bytes that are no part, or not a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a search index is damaged")]
pub struct Damaged;

/// One entry.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub kind: Kind,
    /// The schema that it stands in; of what stands in a table empty.
    pub schema: Text<'a>,
    pub name: Text<'a>,
    pub comment: Text<'a>,
    pub values: Vec<Text<'a>>,
}

/// A text, as it is, and which words of its part it is made of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Text<'a> {
    original: &'a [u8],
    words: &'a [u8],
}

impl<'a> Text<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.original.is_empty()
    }

    pub(super) fn original(&self) -> String {
        String::from_utf8_lossy(self.original).into_owned()
    }

    /// The places of its words among those of the part.
    pub(super) fn words(&self) -> impl Iterator<Item = usize> + use<'a> {
        let (pairs, _) = self.words.as_chunks();
        pairs
            .iter()
            .map(|pair| usize::from(u16::from_le_bytes(*pair)))
    }
}

/// Reads a part: its words first, then entry by entry.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The words of a part, and what reads the rest.
    pub(super) fn open(part: &'a [u8]) -> Result<(Vec<&'a str>, Self), Damaged> {
        let mut reader = Self(part);
        let count = reader.number()?;
        let lengths = reader.bytes(count)?;
        let sum = lengths.iter().map(|length| usize::from(*length)).sum();
        let text = std::str::from_utf8(reader.bytes(sum)?).map_err(|_| Damaged)?;
        let mut rest = text;
        let words = lengths.iter().map(|length| {
            let (word, after) = rest.split_at_checked(usize::from(*length))?;
            rest = after;
            Some(word)
        });
        let words = words.collect::<Option<_>>().ok_or(Damaged)?;
        Ok((words, reader))
    }

    /// The next entry, and whether it was told in the part before.
    pub(super) fn next(&mut self) -> Result<Option<(bool, Entry<'a>)>, Damaged> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let first = self.byte()?;
        let again = first == AGAIN;
        let tag = if again { self.byte()? } else { first };
        let kind = Kind::ALL.into_iter().find(|kind| kind.tag() == tag);
        let mut entry = Entry {
            kind: kind.ok_or(Damaged)?,
            schema: self.text()?,
            name: self.text()?,
            comment: self.text()?,
            values: Vec::new(),
        };
        for _ in 0..self.number()? {
            entry.values.push(self.text()?);
        }
        Ok(Some((again, entry)))
    }

    fn text(&mut self) -> Result<Text<'a>, Damaged> {
        let length = self.number()?;
        if length == 0 {
            return Ok(Text::default());
        }
        let original = self.bytes(length)?;
        let words = self.number()?.checked_mul(2).ok_or(Damaged)?;
        Ok(Text {
            original,
            words: self.bytes(words)?,
        })
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*byte)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<usize, Damaged> {
        let mut number = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }
}
