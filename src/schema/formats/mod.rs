//! The schema in the words of other tools and of people.
//!
//! Names are opaque everywhere: whatever characters they have, what is written parses, no name
//! can change what stands beside it, and the real name can be read.

mod dbml;
mod json_schema;
mod markdown;
mod mermaid;
mod names;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use super::Schema;

/// How a schema is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The document itself.
    #[default]
    Json,
    /// As a text of another kind.
    Text(TextFormat),
}

/// The kinds of text that a schema can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// A document for a person or a language model.
    Markdown,
    /// An entity relationship diagram of `mermaid`.
    Mermaid,
    /// The language of dbdiagram.io.
    Dbml,
    /// JSON Schema, draft 2020-12, of the rows or documents.
    JsonSchema,
}

const NAMES: [(&str, Format); 5] = [
    ("json", Format::Json),
    ("markdown", Format::Text(TextFormat::Markdown)),
    ("mermaid", Format::Text(TextFormat::Mermaid)),
    ("dbml", Format::Text(TextFormat::Dbml)),
    ("jsonschema", Format::Text(TextFormat::JsonSchema)),
];

impl Format {
    /// The names of all formats.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().map(|(name, _)| name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(_, format)| format == self);
        f.write_str(name.map_or("json", |(name, _)| name))
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = NAMES.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, format)| format).ok_or(UnknownFormat)
    }
}

/// A text that names no format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Use json, markdown, mermaid, dbml or jsonschema.")]
pub struct UnknownFormat;

/// What is told of a schema beside itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// What it is called: the source's name, or the database's.
    pub name: &'a str,
    /// The product and version of the server that it was read from.
    pub server: &'a str,
    /// When it was read.
    pub captured_at: &'a str,
    /// Why it could not be read again, where that was asked for.
    pub stale: Option<&'a str>,
}

impl About<'_> {
    /// That it may not be so any more, in the words of all forms that know comments; `escaped` is how
    /// they hold the words of others.
    fn staleness(&self, escaped: impl Fn(&str) -> String) -> Option<String> {
        let why = escaped(self.stale?);
        let read = self.captured_at;
        Some(format!(
            "As it was read {read}. It could not be read again: {why}"
        ))
    }
}

impl TextFormat {
    /// What an answer of it is called (RFC 9110 §8.3). Neither `mermaid` nor DBML has a registered
    /// type that browsers show.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Mermaid | Self::Dbml => "text/plain; charset=utf-8",
            Self::JsonSchema => "application/schema+json",
        }
    }

    /// Writes a schema so.
    #[must_use]
    pub fn write(self, schema: &Schema, about: &About) -> String {
        match self {
            Self::Markdown => markdown::write(schema, about),
            Self::Mermaid => mermaid::write(schema, about),
            Self::Dbml => dbml::write(schema, about),
            Self::JsonSchema => json_schema::write(schema, about),
        }
    }
}
