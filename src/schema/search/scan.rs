//! Going through the parts, and keeping the best.

use serde::Serialize;

use super::grade::{Grades, Style, better, grade, may_answer, word_grades};
use super::parts::{Damaged, Entry, Reader, Tag, Text};
use super::query::{Query, WORDS};

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
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Schema,
        Self::Table,
        Self::Column,
        Self::Field,
        Self::Type,
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
        }
    }

    /// What its name counts, beside the same found in a table's name.
    fn weight(self) -> f64 {
        match self {
            Self::Table => 1.0,
            Self::Column | Self::Field => 0.95,
            Self::Schema | Self::Type => 0.92,
        }
    }
}

/// What of it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// Its name (of a field, its path).
    Name,
    /// One of the values that it may have.
    Value,
    /// The comment on it.
    Comment,
}

const VALUE: f64 = 0.75;
const COMMENT: f64 = 0.6;

/// Something that answers a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The number of the source, as it was handed over.
    pub source: usize,
    /// What it is.
    pub kind: Kind,
    /// The schema that it stands in, or is.
    pub schema: Option<String>,
    /// The table that it is, or stands in.
    pub table: Option<String>,
    /// Its name: of a field, its path.
    pub name: String,
    /// What of it was found.
    pub matched: Matched,
    /// The text that was found.
    pub text: String,
    /// How well it answers, from 0 to 1.
    pub score: f64,
}

/// A search under way.
#[derive(Debug)]
pub struct Scan<'q> {
    query: &'q Query,
    /// What is wanted; all where it is empty.
    kinds: &'q [Kind],
    limit: usize,
    hits: Vec<Hit>,
    /// What a hit must have to be among the best.
    least: f64,
    total: u64,
}

/// What surrounds the columns that follow.
struct Around<'a> {
    schema: Text<'a>,
    table: Text<'a>,
    /// The grades of the query's words in both.
    grades: Grades,
}

impl<'q> Scan<'q> {
    /// Looks for `query` in things of these kinds (all where none is named), for the best `limit`.
    #[must_use]
    pub fn new(query: &'q Query, kinds: &'q [Kind], limit: usize) -> Self {
        Self {
            query,
            kinds,
            limit,
            hits: Vec::new(),
            least: 0.0,
            total: 0,
        }
    }

    /// Goes through one part of a source. Of hits that are as good, those that come first stay.
    ///
    /// # Errors
    /// Where the bytes are no part.
    pub fn part(&mut self, source: usize, part: &[u8]) -> Result<(), Damaged> {
        let mut reader = Reader::new(part);
        let nothing = || Around {
            schema: Text::default(),
            table: Text::default(),
            grades: [0.0; WORDS],
        };
        let mut around = nothing();
        while let Some((again, entry)) = reader.next()? {
            let (kind, beside) = match entry.tag {
                Tag::Table | Tag::Type => {
                    around = Around {
                        schema: entry.schema,
                        table: Text::default(),
                        grades: word_grades(self.query, &entry.schema, Style::Name),
                    };
                    let kind = if entry.tag == Tag::Table {
                        Kind::Table
                    } else {
                        Kind::Type
                    };
                    (kind, entry.tag == Tag::Table)
                }
                Tag::Schema => {
                    around = nothing();
                    (Kind::Schema, false)
                }
                Tag::Column => (Kind::Column, false),
                Tag::Field => (Kind::Field, false),
            };
            let own = word_grades(self.query, &entry.name, Style::Name);
            if !again && (self.kinds.is_empty() || self.kinds.contains(&kind)) {
                self.entry(source, kind, &entry, &own, &around);
            }
            if beside {
                around.grades = better(&around.grades, &own);
                around.table = entry.name;
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        source: usize,
        kind: Kind,
        entry: &Entry<'_>,
        own: &Grades,
        around: &Around<'_>,
    ) {
        let name = grade(self.query, &entry.name, Style::Name, own, &around.grades);
        let mut best = (name * kind.weight(), Matched::Name, entry.name);
        if !entry.comment.is_empty() || !entry.values.is_empty() {
            let around = better(own, &around.grades);
            let values = entry.values.iter();
            let values = values.map(|value| (*value, Style::Name, VALUE, Matched::Value));
            let comment = (entry.comment, Style::Sentence, COMMENT, Matched::Comment);
            for (text, style, weight, matched) in values.chain([comment]) {
                if !may_answer(self.query, &text, &around) {
                    continue;
                }
                let own = word_grades(self.query, &text, style);
                let score = grade(self.query, &text, style, &own, &around) * weight;
                if score > best.0 {
                    best = (score, matched, text);
                }
            }
        }
        let (score, matched, text) = best;
        if score == 0.0 {
            return;
        }
        self.total += 1;
        if self.limit == 0 || score <= self.least {
            return;
        }
        let some = |text: &Text<'_>| Some(text.original()).filter(|text| !text.is_empty());
        let name = entry.name.original();
        let (schema, table) = match kind {
            Kind::Schema => (Some(name.clone()), None),
            Kind::Table => (some(&entry.schema), Some(name.clone())),
            Kind::Type => (some(&entry.schema), None),
            Kind::Column | Kind::Field => (some(&around.schema), some(&around.table)),
        };
        self.hits.push(Hit {
            source,
            kind,
            schema,
            table,
            name,
            matched,
            text: text.original(),
            score,
        });
        if self.hits.len() >= self.limit * 2 {
            self.keep_best();
        }
    }

    fn keep_best(&mut self) {
        self.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.hits.truncate(self.limit);
        if self.hits.len() == self.limit {
            self.least = self.hits.last().map_or(0.0, |hit| hit.score);
        }
    }

    /// The best hits, the best first, and how many there were in all.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Hit>, u64) {
        self.keep_best();
        (self.hits, self.total)
    }
}
