//! How well one text answers a query, from 0 to 1.

use super::distance::distances;
use super::fold::Mask;
use super::parts::Text;
use super::query::{Needle, Query, WORDS};

/// The whole text.
const EXACT: f64 = 1.0;
/// Its beginning.
const BEGINNING: f64 = 0.85;
/// The beginning of one of its words.
const WORD: f64 = 0.7;
/// Somewhere in it.
const INSIDE: f64 = 0.5;
/// With one typing error; with two; and of the beginning of a word alone.
const NEAR: f64 = 0.4;
const FARTHER: f64 = 0.35;
const NEAR_BEGINNING: f64 = 0.3;

/// From how many letters on a beginning is looked for with errors: shorter ones are like too much.
const BEGINNING_LETTERS: usize = 5;

/// For a word that ends where the query does; for what is left over of the text.
const WHOLE_WORD: f64 = 0.03;
const COVERED: f64 = 0.05;

/// For words that are found one by one, and for those that stand in the surroundings alone.
const APART: f64 = 0.9;
const AROUND: f64 = 0.75;

/// What kind of text is graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A name, or a value.
    Name,
    /// A sentence: its first word is no better than another.
    Sentence,
}

/// The grades of each of a query's words; of no meaning beyond those.
pub(super) type Grades = [f64; WORDS];

/// The grades of a query's words in one text.
pub(super) fn word_grades(query: &Query, text: &Text<'_>, style: Style) -> Grades {
    let mut grades = [0.0; WORDS];
    for (grade, word) in grades.iter_mut().zip(&query.words) {
        *grade = word_grade(word, text, style);
    }
    grades
}

/// Whether a text may hold all of the query's words that are not found around it.
pub(super) fn may_answer(query: &Query, text: &Text<'_>, around: &Grades) -> bool {
    let words = query.words.iter().zip(around);
    let mut missing = words.filter(|(_, around)| **around == 0.0);
    missing.all(|(word, _)| word.may_be_in(text.mask) || word.may_be_near(text.mask))
}

/// For each word the better of two grades.
pub(super) fn better(one: &Grades, other: &Grades) -> Grades {
    std::array::from_fn(|at| one[at].max(other[at]))
}

/// Grades a text by a whole query; 0 where it does not answer it. `own` are the grades of the
/// query's words in it, `around` those in what surrounds it: one word at least must be found in
/// the text itself, the others there or around.
pub(super) fn grade(
    query: &Query,
    text: &Text<'_>,
    style: Style,
    own: &Grades,
    around: &Grades,
) -> f64 {
    let whole = word_grade(&query.whole, text, style);
    let words = query.words.len();
    if words == 0 || own[..words].iter().all(|grade| *grade == 0.0) {
        return whole;
    }
    let mut sum = 0.0;
    for (own, around) in own[..words].iter().zip(around) {
        let best = own.max(around * AROUND);
        if best == 0.0 {
            return whole;
        }
        sum += best;
    }
    #[allow(clippy::cast_precision_loss, reason = "eight words at most")]
    let mean = sum / words as f64 * APART;
    whole.max(mean)
}

/// Grades a text by one word; 0 where it is not in it.
fn word_grade(needle: &Needle, text: &Text<'_>, style: Style) -> f64 {
    let found = if needle.may_be_in(text.mask) {
        text.folded()
            .and_then(|folded| as_it_is(needle, folded, text, style))
    } else {
        None
    };
    match found {
        Some(grade) => grade,
        None if needle.may_be_near(text.mask) => with_errors(needle, text, style),
        None => 0.0,
    }
}

fn as_it_is(needle: &Needle, folded: &str, text: &Text<'_>, style: Style) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "texts are short")]
    let covered = needle.text.len() as f64 / folded.len().max(1) as f64 * COVERED;
    if folded == needle.text {
        return Some(EXACT);
    }
    let begins = folded.starts_with(&needle.text);
    if begins && style == Style::Name {
        return Some(BEGINNING + covered);
    }
    let mut best: f64 = 0.0;
    for (at, _) in folded.match_indices(needle.text.as_str()) {
        let (starts, ends) = text.bounds(at, at + needle.text.len());
        if starts {
            best = best.max(if ends { WORD + WHOLE_WORD } else { WORD });
        } else if needle.inside {
            best = best.max(INSIDE);
        }
    }
    Some(best + covered).filter(|_| best > 0.0)
}

fn with_errors(needle: &Needle, text: &Text<'_>, style: Style) -> f64 {
    let Some(folded) = text.folded() else {
        return 0.0;
    };
    // The beginning of a name's word counts too; a name that was typed as one word only as a whole.
    let name = style == Style::Name;
    let beginnings = name && needle.letters.len() >= BEGINNING_LETTERS;
    let run_together = Some((folded, false)).filter(|_| name && text.has_words());
    let words = text.words(folded).map(|word| (word, beginnings));
    let errors = usize::from(needle.errors) * if needle.ascii { 1 } else { 4 };
    let (least, most) = (
        needle.text.len().saturating_sub(errors),
        needle.text.len() + errors,
    );
    let mut best: f64 = 0.0;
    for (word, beginning) in words.chain(run_together) {
        let too_long = !beginning && word.len() > most;
        if word.len() < least
            || too_long
            || !needle.may_be_near_bytes(Mask::bytes_of(word.as_bytes()))
        {
            continue;
        }
        let grade = match distances(&needle.letters, word, needle.errors) {
            (Some(0 | 1), _) => NEAR,
            (Some(_), _) => FARTHER,
            (None, Some(_)) if beginning => NEAR_BEGINNING,
            _ => 0.0,
        };
        best = best.max(grade);
    }
    best
}
