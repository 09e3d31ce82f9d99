//! How well one text answers a query, from 0 to 1.

use super::distance::distances;
use super::lexicon::{Lexicon, Near, Set, Traces};
use super::query::{NEEDLES, Needle, Query, WHOLE};
use super::reader::Text;

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

/// The grades of each of a query's words, and of the whole of it; 0 where it is not there.
pub(super) type Grades = [f64; NEEDLES];

/// What is graded somehow.
pub(super) fn graded(grades: &Grades) -> Set {
    let each = grades.iter().enumerate();
    each.fold(0, |set, (at, grade)| set | Set::from(*grade > 0.0) << at)
}

/// Whether a text that may hold `own` of the query answers it, where `around` stands around it.
pub(super) fn may_answer(query: &Query, own: Set, around: Set) -> bool {
    let words: Set = (1 << query.words.len()) - 1;
    own & 1 << WHOLE != 0 || (own & words != 0 && (own | around) & words == words)
}

/// For each word the better of two grades.
pub(super) fn better(one: &Grades, other: &Grades) -> Grades {
    std::array::from_fn(|at| one[at].max(other[at]))
}

/// Grades a text by a whole query; 0 where it does not answer it. `own` are the grades in the text,
/// `around` those in what surrounds it: one word at least must be found in the text itself, the
/// others there or around.
pub(super) fn grade(query: &Query, own: &Grades, around: &Grades) -> f64 {
    let whole = own[WHOLE];
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

/// Grades a text by each word of a query, and by the whole of it.
pub(super) fn grades(
    query: &Query,
    lexicon: &Lexicon<'_>,
    text: &Text<'_>,
    traces: Traces,
    style: Style,
) -> Grades {
    let mut grades = [0.0; NEEDLES];
    if traces.all() == 0 {
        return grades;
    }
    let folded: String = lexicon.words_of(text).collect();
    let several = text.words().nth(1).is_some();
    for (at, needle) in query.needles() {
        let has = |set: Set| set & 1 << at != 0;
        let lengths = || lexicon.words_of(text).map(str::len);
        let found = has(traces.typed).then(|| as_it_is(needle, &folded, lengths, style));
        grades[at] = match found.flatten() {
            Some(grade) => grade,
            None if has(traces.near) => {
                let words = lexicon.near(text, at);
                let run_together = several && style == Style::Name;
                with_errors(needle, words, run_together.then_some(&folded), style)
            }
            None => 0.0,
        };
    }
    grades
}

fn as_it_is<L: Iterator<Item = usize>>(
    needle: &Needle,
    folded: &str,
    lengths: impl Fn() -> L,
    style: Style,
) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "texts are short")]
    let covered = needle.text.len() as f64 / folded.len().max(1) as f64 * COVERED;
    if folded == needle.text {
        return Some(EXACT);
    }
    if style == Style::Name && folded.starts_with(&needle.text) {
        return Some(BEGINNING + covered);
    }
    let ends = || lengths().scan(0, |at, length| Some(added(at, length)));
    let mut begun = std::iter::once(0).chain(ends()).filter(|start| {
        let rest = folded.get(*start..);
        rest.is_some_and(|rest| rest.starts_with(&needle.text))
    });
    let grade = match begun.next() {
        Some(first) => {
            let whole = |start| ends().any(|end| end == start + needle.text.len());
            let any_whole = whole(first) || begun.any(whole);
            WORD + if any_whole { WHOLE_WORD } else { 0.0 }
        }
        None if needle.inside && folded.contains(&needle.text) => INSIDE,
        None => return None,
    };
    Some(grade + covered)
}

fn added(at: &mut usize, length: usize) -> usize {
    *at += length;
    *at
}

/// The beginning of a name's word counts too; a name that was typed as one word only as a whole.
fn with_errors(
    needle: &Needle,
    words: impl Iterator<Item = Near>,
    run_together: Option<&String>,
    style: Style,
) -> f64 {
    let grades = words.map(|near| match near {
        Near::One => NEAR,
        Near::Two => FARTHER,
        Near::Beginning if style == Style::Name => NEAR_BEGINNING,
        Near::Beginning => 0.0,
    });
    let best = grades.fold(0.0, f64::max);
    let name = run_together.map(|name| distances(&needle.letters, name, needle.errors).0);
    match name.flatten() {
        Some(0 | 1) => best.max(NEAR),
        Some(_) => best.max(FARTHER),
        None => best,
    }
}
