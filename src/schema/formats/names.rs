//! Names for people, and names that are given anew because the real ones cannot be written.

use std::collections::HashMap;

use crate::schema::{Field, Items, Schema};

/// Whether tables are named with their schemas: only where they stand in several.
pub(super) fn qualified(schema: &Schema) -> bool {
    let mut schemas = schema.tables.iter().map(|table| &table.schema);
    let first = schemas.next();
    schemas.any(|other| Some(other) != first)
}

/// The name of a table (or type) for people.
pub(super) fn display(qualified: bool, schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) if qualified => format!("{schema}.{name}"),
        _ => name.to_owned(),
    }
}

/// Names that were given already, and how often each was wanted.
#[derive(Debug, Default)]
pub(super) struct Given(HashMap<String, u32>);

impl Given {
    /// This name, or where it was given already, the next one with a number behind it.
    pub(super) fn give(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        while self.0.contains_key(&free) {
            let wanted = self.0.entry(name.to_owned()).or_insert(1);
            *wanted += 1;
            free = format!("{name}_{wanted}");
        }
        self.0.insert(free.clone(), 1);
        free
    }
}

/// The native types of a field, as one text.
pub(super) fn field_type(field: &Field) -> String {
    let mut text = types(field.types.iter().map(|of| of.native_type.as_str()));
    let mut items = field.items.as_deref();
    while let Some(Items {
        types: of,
        items: inner,
        ..
    }) = items
    {
        text.push_str(" of ");
        text.push_str(&types(of.iter().map(|of| of.native_type.as_str())));
        items = inner.as_deref();
    }
    text
}

fn types<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        return "any".to_owned();
    }
    names.join(" | ")
}

/// A character that cannot be seen where names are read: as a picture or by its number.
pub(super) fn visible(c: char) -> Option<String> {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).map(String::from),
        '\u{7f}' => Some("\u{2421}".to_owned()),
        // Line separators, and what changes the direction of the text beside it.
        '\u{80}'..='\u{9f}'
        | '\u{200b}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => Some(format!("⟨U+{:04X}⟩", u32::from(c))),
        _ => None,
    }
}

/// A text, or as much of it as is wanted.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
    }
}

/// A share of all, for people.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        return "< 0.1 %".to_owned();
    }
    let text = format!("{percent:.1}");
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

/// A text on one line: any white space is one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
