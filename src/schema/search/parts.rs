//! A schema as the bytes that a search goes through.
//!
//! A part is a row of entries; each entry is a tag, four texts or lists of texts, one after the
//! other. Every part begins with what surrounds its entries, so that it can be read alone.

use super::super::{Field, Schema, Table};
use super::fold::{Folded, Mask};

/// Raised with each change of what the bytes hold: parts of another format are made anew.
pub const FORMAT: i64 = 1;

/// How many bytes a part has before the next is begun.
const PART: usize = 1 << 20;

/// How many characters of a name are compared.
const NAME: usize = 500;

/// How many characters of a comment or value are kept and compared.
const SENTENCE: usize = 2_000;

/// How many values of one type or column are kept.
const VALUES: usize = 1_000;

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Schema = 1,
    Table,
    Column,
    Field,
    Type,
}

/// One entry.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub tag: Tag,
    /// The schema that it stands in; of columns and fields empty, as they stand in their table.
    pub schema: Text<'a>,
    pub name: Text<'a>,
    pub comment: Text<'a>,
    pub values: Vec<Text<'a>>,
}

/// A text, as it is and as it is compared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Text<'a> {
    original: &'a [u8],
    folded: &'a [u8],
    lengths: &'a [u8],
    pub mask: Mask,
}

impl<'a> Text<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.original.is_empty()
    }

    pub(super) fn original(&self) -> String {
        String::from_utf8_lossy(self.original).into_owned()
    }

    pub(super) fn folded(&self) -> Option<&'a str> {
        std::str::from_utf8(self.folded).ok()
    }

    pub(super) fn has_words(&self) -> bool {
        self.lengths.len() > 1
    }

    /// The words of the folded text.
    pub(super) fn words(&self, folded: &'a str) -> impl Iterator<Item = &'a str> {
        let mut at = 0;
        self.lengths.iter().map(move |length| {
            let start = at;
            at += usize::from(*length);
            folded.get(start..at).unwrap_or_default()
        })
    }

    /// Whether a word begins at `start`, and whether one ends at `end`.
    pub(super) fn bounds(&self, start: usize, end: usize) -> (bool, bool) {
        let (mut at, mut starts, mut ends) = (0, false, false);
        for length in self.lengths {
            starts |= at == start;
            at += usize::from(*length);
            ends |= at == end;
            if at > end {
                break;
            }
        }
        (starts, ends)
    }
}

/// Bytes that are no part, or not a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a search index is damaged")]
pub struct Damaged;

/// The parts of a schema, in order.
#[must_use]
pub fn parts(schema: &Schema) -> Vec<Vec<u8>> {
    let mut writer = Writer::default();
    for namespace in &schema.schemas {
        writer.entry(
            Tag::Schema,
            None,
            &namespace.name,
            namespace.comment.as_deref(),
            &[],
        );
    }
    for of in &schema.enums {
        let comment = of.comment.as_deref();
        writer.entry(
            Tag::Type,
            of.schema.as_deref(),
            &of.name,
            comment,
            &of.values,
        );
    }
    for of in &schema.domains {
        let comment = of.comment.as_deref();
        writer.entry(Tag::Type, of.schema.as_deref(), &of.name, comment, &[]);
    }
    for of in &schema.composites {
        let comment = of.comment.as_deref();
        writer.entry(Tag::Type, of.schema.as_deref(), &of.name, comment, &[]);
    }
    for table in &schema.tables {
        writer.table(table);
    }
    writer.finish()
}

#[derive(Default)]
struct Writer {
    done: Vec<Vec<u8>>,
    part: Vec<u8>,
}

impl Writer {
    fn table(&mut self, table: &Table) {
        self.head(table);
        for column in &table.columns {
            self.part_of(table);
            let comment = column.comment.as_deref();
            self.entry(Tag::Column, None, &column.name, comment, &column.values);
        }
        // The topmost fields are the columns.
        for field in &table.fields {
            self.inside(table, field);
        }
    }

    fn head(&mut self, table: &Table) {
        let comment = table.comment.as_deref();
        self.entry(
            Tag::Table,
            table.schema.as_deref(),
            &table.name,
            comment,
            &[],
        );
    }

    fn inside(&mut self, table: &Table, field: &Field) {
        let mut items = field.items.as_deref();
        let mut fields: Vec<_> = field.fields.iter().collect();
        while let Some(of) = items {
            fields.extend(&of.fields);
            items = of.items.as_deref();
        }
        for field in fields {
            self.part_of(table);
            self.entry(Tag::Field, None, &field.path, field.comment.as_deref(), &[]);
            self.inside(table, field);
        }
    }

    /// Begins a new part where this one is full; what follows is of the same table.
    fn part_of(&mut self, table: &Table) {
        if self.part.len() >= PART {
            self.done.push(std::mem::take(&mut self.part));
            // Said twice, a table would be found twice: this one tells where the columns stand.
            self.part.push(AGAIN);
            self.head(table);
        }
    }

    fn entry(
        &mut self,
        tag: Tag,
        schema: Option<&str>,
        name: &str,
        comment: Option<&str>,
        values: &[String],
    ) {
        self.part.push(tag as u8);
        self.text(schema.unwrap_or_default(), NAME);
        self.text(name, NAME);
        self.text(cut(comment.unwrap_or_default()), SENTENCE);
        let values = &values[..values.len().min(VALUES)];
        self.number(values.len());
        for value in values {
            self.text(cut(value), SENTENCE);
        }
    }

    /// Length and bytes; where there are some, the folded text by the lengths of its words.
    fn text(&mut self, text: &str, most: usize) {
        self.number(text.len());
        if text.is_empty() {
            return;
        }
        self.part.extend_from_slice(text.as_bytes());
        let folded = Folded::new(text, most);
        self.number(folded.lengths.len());
        self.part.extend_from_slice(&folded.lengths);
        self.part.extend_from_slice(folded.text.as_bytes());
        let Mask { bytes, pairs } = Mask::of(folded.text.as_bytes());
        self.part.extend_from_slice(&bytes.to_le_bytes());
        self.part.extend_from_slice(&pairs.to_le_bytes());
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn number(&mut self, mut number: usize) {
        loop {
            #[allow(clippy::cast_possible_truncation, reason = "seven bits are left")]
            let low = (number & 0x7f) as u8;
            number >>= 7;
            self.part.push(if number > 0 { low | 0x80 } else { low });
            if number == 0 {
                return;
            }
        }
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        if !self.part.is_empty() {
            self.done.push(self.part);
        }
        self.done
    }
}

/// Before an entry that was told in the part before.
const AGAIN: u8 = 0;

fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(SENTENCE).map(|(at, _)| at);
    &text[..end.unwrap_or(text.len())]
}

/// Reads a part, entry by entry.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(part: &'a [u8]) -> Self {
        Self(part)
    }

    /// The next entry, and whether it was told in the part before.
    pub(super) fn next(&mut self) -> Result<Option<(bool, Entry<'a>)>, Damaged> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let first = self.byte()?;
        let again = first == AGAIN;
        let tag = if again { self.byte()? } else { first };
        let tags = [Tag::Schema, Tag::Table, Tag::Column, Tag::Field, Tag::Type];
        let tag = tags.into_iter().find(|known| *known as u8 == tag);
        let mut entry = Entry {
            tag: tag.ok_or(Damaged)?,
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
        let words = self.number()?;
        let lengths = self.bytes(words)?;
        let folded = lengths.iter().map(|length| usize::from(*length)).sum();
        Ok(Text {
            original,
            lengths,
            folded: self.bytes(folded)?,
            mask: Mask {
                bytes: u32::from_le_bytes(self.array()?),
                pairs: u64::from_le_bytes(self.array()?),
            },
        })
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*bytes)
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
