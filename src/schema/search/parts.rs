//! A schema as the bytes that a search goes through.
//!
//! A part is its words, each once, and a row of entries; each entry is a tag, four texts or lists
//! of texts, one after the other. Every part begins with what surrounds its entries, so that it
//! can be read alone.

use std::collections::HashMap;

use super::super::{Field, Schema, Table};
use super::fold::Folded;
use super::kind::Kind;

/// Raised with each change of what the bytes hold: parts of another format are made anew.
pub const FORMAT: i64 = 2;

/// How many bytes a part has before the next is begun.
const PART: usize = 1 << 20;

/// How many words a part has before the next is begun. One entry may add some, and all of them are
/// told by two bytes.
const LEXICON: usize = 1 << 15;

/// How many characters of a name are compared.
const NAME: usize = 500;

/// How many characters of a comment or value are kept and compared.
const SENTENCE: usize = 2_000;

/// How many values of one type or column are kept.
const VALUES: usize = 1_000;

/// Before an entry that was told in the part before.
pub(super) const AGAIN: u8 = 0;

/// The parts of a schema, in order.
#[must_use]
pub fn parts(schema: &Schema) -> Vec<Vec<u8>> {
    let mut writer = Writer::default();
    for of in &schema.schemas {
        writer.beside(Kind::Schema, None, &of.name, of.comment.as_deref(), &[]);
    }
    for of in &schema.enums {
        let (schema, comment) = (of.schema.as_deref(), of.comment.as_deref());
        writer.beside(Kind::Type, schema, &of.name, comment, &of.values);
    }
    for of in &schema.domains {
        let (schema, comment) = (of.schema.as_deref(), of.comment.as_deref());
        writer.beside(Kind::Type, schema, &of.name, comment, &[]);
    }
    for of in &schema.composites {
        let (schema, comment) = (of.schema.as_deref(), of.comment.as_deref());
        writer.beside(Kind::Type, schema, &of.name, comment, &[]);
    }
    for table in &schema.tables {
        writer.table(table);
    }
    writer.finish()
}

#[derive(Default)]
struct Writer {
    done: Vec<Vec<u8>>,
    entries: Vec<u8>,
    /// Where each word of this part stands among its words.
    known: HashMap<String, u16>,
    /// Those words, by their place: their lengths, and one after the other.
    lengths: Vec<u8>,
    words: String,
}

impl Writer {
    fn beside(
        &mut self,
        kind: Kind,
        schema: Option<&str>,
        name: &str,
        comment: Option<&str>,
        values: &[String],
    ) {
        if self.is_full() {
            self.end_part();
        }
        self.entry(kind, schema, name, comment, values);
    }

    fn table(&mut self, table: &Table) {
        if self.is_full() {
            self.end_part();
        }
        self.head(table);
        for column in &table.columns {
            let comment = column.comment.as_deref();
            self.inside(table, Kind::Column, &column.name, comment, &column.values);
        }
        // The topmost fields are the columns.
        for field in &table.fields {
            self.fields(table, field);
        }
        self.named(table);
    }

    /// What of a table has a name beside its columns.
    fn named(&mut self, table: &Table) {
        for of in &table.indexes {
            let comment = of.comment.as_deref();
            self.inside(table, Kind::Index, &of.name, comment, &[]);
        }
        let keys = table.keys.iter().map(|of| (&of.name, &of.comment));
        let foreign = table.foreign_keys.iter().map(|of| (&of.name, &of.comment));
        let checks = table.checks.iter().map(|of| (&of.name, &of.comment));
        for (name, comment) in keys.chain(foreign).chain(checks) {
            if let Some(name) = name {
                self.inside(table, Kind::Constraint, name, comment.as_deref(), &[]);
            }
        }
        for of in &table.exclusions {
            let comment = of.comment.as_deref();
            self.inside(table, Kind::Constraint, &of.name, comment, &[]);
        }
        for of in &table.triggers {
            let comment = of.comment.as_deref();
            self.inside(table, Kind::Trigger, &of.name, comment, &[]);
        }
    }

    fn head(&mut self, table: &Table) {
        let (schema, comment) = (table.schema.as_deref(), table.comment.as_deref());
        self.entry(Kind::Table, schema, &table.name, comment, &[]);
    }

    fn fields(&mut self, table: &Table, field: &Field) {
        let mut items = field.items.as_deref();
        let mut fields: Vec<_> = field.fields.iter().collect();
        while let Some(of) = items {
            fields.extend(&of.fields);
            items = of.items.as_deref();
        }
        for field in fields {
            let comment = field.comment.as_deref();
            self.inside(table, Kind::Field, &field.path, comment, &[]);
            self.fields(table, field);
        }
    }

    /// What stands in a table. Where this part is full, the next is begun with the same table.
    fn inside(
        &mut self,
        table: &Table,
        kind: Kind,
        name: &str,
        comment: Option<&str>,
        values: &[String],
    ) {
        if self.is_full() {
            self.end_part();
            // Said twice, a table would be found twice: this one tells where the columns stand.
            self.entries.push(AGAIN);
            self.head(table);
        }
        self.entry(kind, None, name, comment, values);
    }

    fn entry(
        &mut self,
        kind: Kind,
        schema: Option<&str>,
        name: &str,
        comment: Option<&str>,
        values: &[String],
    ) {
        self.entries.push(kind.tag());
        self.text(schema.unwrap_or_default(), NAME);
        self.text(name, NAME);
        self.text(cut(comment.unwrap_or_default()), SENTENCE);
        let values = &values[..values.len().min(VALUES)];
        number(&mut self.entries, values.len());
        for value in values {
            self.text(cut(value), SENTENCE);
        }
    }

    /// Length and bytes; where there are some, the number of its folded words, and which they are.
    fn text(&mut self, text: &str, most: usize) {
        number(&mut self.entries, text.len());
        if text.is_empty() {
            return;
        }
        self.entries.extend_from_slice(text.as_bytes());
        let folded = Folded::new(text, most);
        // Words that no two bytes can tell any more are left out: of one entry, as long as a part.
        let places: Vec<_> = folded.words().filter_map(|word| self.place(word)).collect();
        number(&mut self.entries, places.len());
        for place in places {
            self.entries.extend_from_slice(&place.to_le_bytes());
        }
    }

    fn place(&mut self, word: &str) -> Option<u16> {
        if let Some(place) = self.known.get(word) {
            return Some(*place);
        }
        let place = u16::try_from(self.lengths.len()).ok()?;
        self.lengths.push(u8::try_from(word.len()).ok()?);
        self.words += word;
        self.known.insert(word.to_owned(), place);
        Some(place)
    }

    fn is_full(&self) -> bool {
        self.entries.len() + self.words.len() >= PART || self.lengths.len() >= LEXICON
    }

    fn end_part(&mut self) {
        let mut part = Vec::with_capacity(self.entries.len() + self.words.len() * 2);
        number(&mut part, self.lengths.len());
        part.append(&mut self.lengths);
        part.extend_from_slice(self.words.as_bytes());
        part.append(&mut self.entries);
        self.words.clear();
        self.known.clear();
        self.done.push(part);
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        if !self.entries.is_empty() {
            self.end_part();
        }
        self.done
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn number(to: &mut Vec<u8>, mut number: usize) {
    loop {
        #[allow(clippy::cast_possible_truncation, reason = "seven bits are left")]
        let low = (number & 0x7f) as u8;
        number >>= 7;
        to.push(if number > 0 { low | 0x80 } else { low });
        if number == 0 {
            return;
        }
    }
}

fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(SENTENCE).map(|(at, _)| at);
    &text[..end.unwrap_or(text.len())]
}
