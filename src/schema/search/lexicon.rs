//! What a query is to each word of a part. A schema has few words, each in many texts: what takes
//! long, such as looking for typing errors, is done once for each.

use super::distance::distances;
use super::fold::letters_of;
use super::grade::Style;
use super::query::{NEEDLES, Needle, Query};
use super::reader::{Damaged, Text};

/// From how many letters on a beginning is looked for with errors: shorter ones are like too much.
const BEGINNING_LETTERS: usize = 5;

/// Words of a query: a bit for each, and one for the whole of it.
pub(super) type Set = u16;

/// The words of a part beside a query.
pub(super) struct Lexicon<'a> {
    query: &'a Query,
    words: Vec<&'a str>,
    seen: Vec<Seen>,
    /// How near each of them is to each word of the query.
    near: Vec<[Option<Near>; NEEDLES]>,
    forgiving: bool,
}

/// What one word is to a query.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// What is found in it.
    holds: Set,
    /// What is near to it.
    near: Set,
    /// What may begin in it and go on in the next.
    begins: Set,
    /// What may go on in it.
    goes_on: Set,
    length: u16,
    letters: u32,
}

/// How near a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    /// One typing error away.
    One,
    /// Two of them.
    Two,
    /// Its beginning is.
    Beginning,
}

/// What of a query may be in a text; what is in neither is not in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Traces {
    /// As it was typed.
    pub typed: Set,
    /// With typing errors.
    pub near: Set,
}

impl Traces {
    pub(super) fn all(self) -> Set {
        self.typed | self.near
    }

    pub(super) fn without_errors(self) -> Self {
        Self { near: 0, ..self }
    }
}

impl<'a> Lexicon<'a> {
    /// Compares the words with the query; where it is `forgiving`, typing errors and all.
    pub(super) fn new(query: &'a Query, words: Vec<&'a str>, forgiving: bool) -> Self {
        let edges = Edges::of(query);
        let mut near = Vec::new();
        let mut seen = Vec::with_capacity(words.len());
        for word in &words {
            let letters = letters_of(word);
            let (begins, goes_on) = edges.of_word(query, word);
            let (mut holds, mut nearest) = (0, [None; NEEDLES]);
            for (at, needle) in query.needles() {
                holds |= Set::from(needle.is_in(word, letters)) << at;
                if forgiving {
                    nearest[at] = nearness(needle, word, letters);
                }
            }
            let is_near = nearest.iter().enumerate();
            let near_to = is_near.fold(0, |set, (at, near)| set | Set::from(near.is_some()) << at);
            seen.push(Seen {
                holds,
                near: near_to,
                begins,
                goes_on,
                length: u16::try_from(word.len()).unwrap_or(u16::MAX),
                letters,
            });
            near.push(nearest);
        }
        Self {
            query,
            words,
            seen,
            near,
            forgiving,
        }
    }

    /// Whether typing errors count.
    pub(super) fn is_forgiving(&self) -> bool {
        self.forgiving
    }

    /// What of the query may be in a text.
    pub(super) fn traces(&self, text: &Text<'_>, style: Style) -> Result<Traces, Damaged> {
        let mut traces = Traces::default();
        let (mut begun, mut letters, mut length, mut count) = (0, 0, 0, 0);
        for place in text.words() {
            let word = self.seen.get(place).ok_or(Damaged)?;
            traces.typed |= word.holds | (begun & word.goes_on);
            traces.near |= word.near;
            begun = word.begins;
            letters |= word.letters;
            length += usize::from(word.length);
            count += 1;
        }
        // A name that was typed as one word.
        if self.forgiving && style == Style::Name && count > 1 {
            for (at, needle) in self.query.needles() {
                let near = needle.errors > 0 && needle.may_be_near(length, letters);
                traces.near |= Set::from(near) << at;
            }
        }
        Ok(traces)
    }

    /// The words of a text.
    pub(super) fn words_of(&self, text: &Text<'a>) -> impl Iterator<Item = &'a str> {
        text.words()
            .filter_map(|place| self.words.get(place))
            .copied()
    }

    /// How near the words of a text are to a needle.
    pub(super) fn near(&self, text: &Text<'a>, needle: usize) -> impl Iterator<Item = Near> {
        let near = move |place: usize| *self.near.get(place)?.get(needle)?;
        text.words().filter_map(near)
    }
}

/// What of a query may lie across two words, by the byte that the first ends with, and by the one
/// that the next begins with.
struct Edges {
    begins: [Set; 256],
    goes_on: [Set; 256],
}

impl Edges {
    fn of(query: &Query) -> Self {
        let mut edges = Self {
            begins: [0; 256],
            goes_on: [0; 256],
        };
        for (at, needle) in query.needles() {
            let bytes = needle.text.as_bytes();
            for two in bytes.windows(2) {
                edges.begins[usize::from(two[0])] |= 1 << at;
                edges.goes_on[usize::from(two[1])] |= 1 << at;
            }
        }
        edges
    }

    /// What may begin in a word and go on in the next, and what may go on in it.
    fn of_word(&self, query: &Query, word: &str) -> (Set, Set) {
        let (Some(first), Some(last)) = (word.bytes().next(), word.bytes().last()) else {
            return (0, 0);
        };
        let begins = self.begins[usize::from(last)];
        let goes_on = self.goes_on[usize::from(first)];
        let (mut sure_begins, mut sure_goes_on) = (0, 0);
        if begins | goes_on != 0 {
            for (at, needle) in query.needles() {
                let has = |set: Set| set & 1 << at != 0;
                sure_begins |= Set::from(has(begins) && needle.may_begin_in(word)) << at;
                sure_goes_on |= Set::from(has(goes_on) && needle.may_go_on_in(word)) << at;
            }
        }
        (sure_begins, sure_goes_on)
    }
}

fn nearness(needle: &Needle, word: &str, letters: u32) -> Option<Near> {
    let beginnings = needle.letters.len() >= BEGINNING_LETTERS;
    // Of a word that is longer only the beginning can be near.
    let length = if beginnings {
        word.len().min(needle.text.len())
    } else {
        word.len()
    };
    if needle.errors == 0 || !needle.may_be_near(length, letters) {
        return None;
    }
    match distances(&needle.letters, word, needle.errors) {
        (Some(0 | 1), _) => Some(Near::One),
        (Some(_), _) => Some(Near::Two),
        (None, Some(_)) if beginnings => Some(Near::Beginning),
        _ => None,
    }
}
