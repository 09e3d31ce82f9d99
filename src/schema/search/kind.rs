//! What can be found.

use serde::Serialize;

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A schema (namespace).
    Schema,
    /// A table, or what is read like one.
    Table,
    /// A column, or a topmost field of documents.
    Column,
    /// A field inside of documents.
    Field,
    /// An enum, a domain or a composite.
    Type,
    /// An index.
    Index,
    /// A key, a foreign key, a check or an exclusion.
    Constraint,
    /// A trigger.
    Trigger,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Schema,
        Self::Table,
        Self::Column,
        Self::Field,
        Self::Type,
        Self::Index,
        Self::Constraint,
        Self::Trigger,
    ];

    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Column => "column",
            Self::Field => "field",
            Self::Type => "type",
            Self::Index => "index",
            Self::Constraint => "constraint",
            Self::Trigger => "trigger",
        }
    }

    /// As it stands in the bytes of a part.
    pub(super) fn tag(self) -> u8 {
        self as u8 + 1
    }

    /// What its name counts, beside the same found in a table's name.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::Table => 1.0,
            Self::Column | Self::Field => 0.95,
            Self::Schema | Self::Type => 0.92,
            // Most have the name of their table in their own, and are rarely what is meant by it.
            Self::Index | Self::Constraint | Self::Trigger => 0.8,
        }
    }
}
