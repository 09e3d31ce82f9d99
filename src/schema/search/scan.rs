//! Going through the parts.

use super::grade::{Grades, Style, better, grade, graded, grades, may_answer};
use super::hits::{Best, Hit, Matched};
use super::kind::Kind;
use super::lexicon::Lexicon;
use super::query::Query;
use super::reader::{Damaged, Entry, Reader, Text};

const VALUE: f64 = 0.75;
const COMMENT: f64 = 0.6;

/// A search under way.
#[derive(Debug)]
pub struct Scan<'q> {
    query: &'q Query,
    /// What is wanted; all where it is empty.
    kinds: &'q [Kind],
    /// What is found as it was typed.
    typed: Best,
    /// What is found with typing errors too; of no use once enough was found as it was typed.
    near: Best,
}

/// What surrounds the columns that follow.
#[derive(Default)]
struct Around<'a> {
    schema: Text<'a>,
    table: Text<'a>,
    /// The grades of the query in both.
    grades: Both,
}

/// Grades as it was typed, and with typing errors.
#[derive(Default)]
struct Both {
    typed: Grades,
    near: Grades,
}

impl<'q> Scan<'q> {
    /// Looks for `query` in things of these kinds (all where none is named), for the best `limit`.
    #[must_use]
    pub fn new(query: &'q Query, kinds: &'q [Kind], limit: usize) -> Self {
        Self {
            query,
            kinds,
            typed: Best::new(limit),
            near: Best::new(limit),
        }
    }

    /// Goes through one part of a source.
    ///
    /// # Errors
    /// Where the bytes are no part.
    pub fn part(&mut self, source: usize, part: &[u8]) -> Result<(), Damaged> {
        let (words, mut reader) = Reader::open(part)?;
        let lexicon = Lexicon::new(self.query, words, !self.typed.is_full());
        let mut around = Around::default();
        while let Some((again, entry)) = reader.next()? {
            let kind = entry.kind;
            match kind {
                Kind::Table | Kind::Type => {
                    around = Around {
                        schema: entry.schema,
                        table: Text::default(),
                        grades: self.both(&lexicon, &entry.schema)?,
                    };
                }
                Kind::Schema => around = Around::default(),
                _ => {}
            }
            if !again && (self.kinds.is_empty() || self.kinds.contains(&kind)) {
                self.entry(source, &entry, &lexicon, &around)?;
            }
            if kind == Kind::Table {
                let own = self.both(&lexicon, &entry.name)?;
                around.grades.typed = better(&around.grades.typed, &own.typed);
                around.grades.near = better(&around.grades.near, &own.near);
                around.table = entry.name;
            }
        }
        Ok(())
    }

    fn both(&self, lexicon: &Lexicon<'_>, name: &Text<'_>) -> Result<Both, Damaged> {
        let traces = lexicon.traces(name, Style::Name)?;
        let grades = |traces| grades(self.query, lexicon, name, traces, Style::Name);
        Ok(Both {
            typed: grades(traces.without_errors()),
            near: grades(traces),
        })
    }

    fn entry(
        &mut self,
        source: usize,
        entry: &Entry<'_>,
        lexicon: &Lexicon<'_>,
        around: &Around<'_>,
    ) -> Result<(), Damaged> {
        let mut all = lexicon.traces(&entry.name, Style::Name)?.all();
        for (text, style, ..) in said(entry) {
            all |= lexicon.traces(&text, style)?.all();
        }
        // Most entries are left behind here.
        if !may_answer(self.query, all, graded(&around.grades.near)) {
            return Ok(());
        }
        if let Some(found) = self.found(entry, lexicon, &around.grades.typed, false)? {
            self.typed
                .put(found.0, || hit(source, entry, around, found));
        }
        if lexicon.is_forgiving()
            && let Some(found) = self.found(entry, lexicon, &around.grades.near, true)?
        {
            self.near.put(found.0, || hit(source, entry, around, found));
        }
        Ok(())
    }

    /// How well an entry answers, and by what; `around` are the grades of what surrounds it.
    fn found<'a>(
        &self,
        entry: &Entry<'a>,
        lexicon: &Lexicon<'_>,
        around: &Grades,
        forgiving: bool,
    ) -> Result<Option<Found<'a>>, Damaged> {
        let query = self.query;
        let traces = |text: &Text<'_>, style| {
            let traces = lexicon.traces(text, style)?;
            Ok(if forgiving {
                traces
            } else {
                traces.without_errors()
            })
        };
        let name = traces(&entry.name, Style::Name)?;
        let own = grades(query, lexicon, &entry.name, name, Style::Name);
        let score = grade(query, &own, around) * entry.kind.weight();
        let mut best = (score, Matched::Name, entry.name);
        let beside = better(&own, around);
        let graded = graded(&beside);
        for (text, style, weight, matched) in said(entry) {
            let traces = traces(&text, style)?;
            if !may_answer(query, traces.all(), graded) {
                continue;
            }
            let own = grades(query, lexicon, &text, traces, style);
            let score = grade(query, &own, &beside) * weight;
            if score > best.0 {
                best = (score, matched, text);
            }
        }
        Ok(Some(best).filter(|best| best.0 > 0.0))
    }

    /// The best hits, the best first, and how many there were in all: as it was typed where that
    /// is enough, else with typing errors too.
    #[must_use]
    pub fn finish(self) -> (Vec<Hit>, u64) {
        if self.typed.is_full() {
            self.typed.finish()
        } else {
            self.near.finish()
        }
    }
}

/// How well it answers, by what, and the text.
type Found<'a> = (f64, Matched, Text<'a>);

/// The texts of an entry beside its name.
fn said<'a>(entry: &Entry<'a>) -> impl Iterator<Item = (Text<'a>, Style, f64, Matched)> {
    let values = entry.values.iter();
    let values = values.map(|value| (*value, Style::Name, VALUE, Matched::Value));
    let comment = (entry.comment, Style::Sentence, COMMENT, Matched::Comment);
    values.chain([comment]).filter(|of| !of.0.is_empty())
}

fn hit(source: usize, entry: &Entry<'_>, around: &Around<'_>, found: Found<'_>) -> Hit {
    let some = |text: &Text<'_>| Some(text.original()).filter(|text| !text.is_empty());
    let name = entry.name.original();
    let (schema, table) = match entry.kind {
        Kind::Schema => (Some(name.clone()), None),
        Kind::Table => (some(&entry.schema), Some(name.clone())),
        Kind::Type => (some(&entry.schema), None),
        _ => (some(&around.schema), some(&around.table)),
    };
    let (score, matched, text) = found;
    Hit {
        source,
        kind: entry.kind,
        schema,
        table,
        name,
        matched,
        text: text.original(),
        score,
    }
}
