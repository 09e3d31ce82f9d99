//! What was found, and the best of it.

use serde::Serialize;

use super::kind::Kind;

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

/// The best of what is found, as it is found.
#[derive(Debug)]
pub(super) struct Best {
    limit: usize,
    hits: Vec<Hit>,
    /// What a hit must have to be among the best.
    least: f64,
    total: u64,
}

impl Best {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            hits: Vec::new(),
            least: 0.0,
            total: 0,
        }
    }

    /// Whether as many as are wanted were found.
    pub(super) fn is_full(&self) -> bool {
        self.hits.len() >= self.limit
    }

    /// Counts a hit of this score, and keeps it where it is among the best. Of hits that are as
    /// good, those that come first stay.
    pub(super) fn put(&mut self, score: f64, hit: impl FnOnce() -> Hit) {
        self.total += 1;
        if self.limit == 0 || score <= self.least {
            return;
        }
        self.hits.push(hit());
        if self.hits.len() >= self.limit * 2 {
            self.keep_best();
        }
    }

    fn keep_best(&mut self) {
        self.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.hits.truncate(self.limit);
        if self.is_full() {
            self.least = self.hits.last().map_or(0.0, |hit| hit.score);
        }
    }

    /// The best hits, the best first, and how many there were in all.
    pub(super) fn finish(mut self) -> (Vec<Hit>, u64) {
        self.keep_best();
        (self.hits, self.total)
    }
}
