//! What is looked for.

use super::distance::LONGEST;
use super::fold::{Folded, letter, letters_of};

/// The longest query, in characters.
const LONGEST_QUERY: usize = 200;

/// The most words of a query.
pub(super) const WORDS: usize = 8;

/// So many things are looked for at the most: the words, and behind them the whole of them.
pub(super) const NEEDLES: usize = WORDS + 1;

/// The place of the whole query among them.
pub(super) const WHOLE: usize = WORDS;

/// What is looked for, ready to be compared.
#[derive(Debug, Clone)]
pub struct Query {
    /// All of it, without what stands between its words.
    pub(super) whole: Needle,
    /// Its words; none where it is one alone.
    pub(super) words: Vec<Needle>,
}

/// A word that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    pub text: String,
    /// Its letters, where it may be found with typing errors.
    pub letters: Vec<char>,
    /// How many of those may be in it.
    pub errors: u8,
    bytes: u32,
    ascii: bool,
    /// Whether it is long enough to be looked for within words.
    pub inside: bool,
}

impl Needle {
    fn new(text: &str) -> Self {
        let letters: Vec<_> = text.chars().collect();
        let errors = match letters.len() {
            4..=7 => 1,
            8..=LONGEST => 2,
            _ => 0,
        };
        Self {
            errors,
            bytes: letters_of(text),
            // In scripts without spaces a word is two letters, and stands anywhere.
            inside: letters.len() >= 3 || !text.is_ascii(),
            ascii: text.is_ascii(),
            letters,
            text: text.to_owned(),
        }
    }

    /// Whether a word of these bytes holds it, as it is.
    pub(super) fn is_in(&self, word: &str, bytes: u32) -> bool {
        let may_be = self.bytes & !bytes == 0 && self.text.len() <= word.len();
        may_be
            && if self.inside {
                word.contains(&self.text)
            } else {
                word.starts_with(&self.text)
            }
    }

    /// Whether it may begin in a word and go on in the next.
    pub(super) fn may_begin_in(&self, word: &str) -> bool {
        let (all, word) = (self.text.as_bytes(), word.as_bytes());
        if !self.inside {
            return word.len() < all.len() && all.starts_with(word);
        }
        let mut ends = 1..all.len();
        ends.any(|end| all.get(end - 1) == word.last() && word.ends_with(&all[..end]))
    }

    /// Whether it may go on in a word after it began in one before.
    pub(super) fn may_go_on_in(&self, word: &str) -> bool {
        let (all, word) = (self.text.as_bytes(), word.as_bytes());
        let mut starts = 1..all.len();
        starts.any(|start| {
            let rest = &all[start..];
            rest.first() == word.first() && (rest.starts_with(word) || word.starts_with(rest))
        })
    }

    /// Whether a text of this length and these bytes may be it with typing errors: each of those
    /// accounts for one letter that the text has not.
    pub(super) fn may_be_near(&self, length: usize, bytes: u32) -> bool {
        let most = usize::from(self.errors) * if self.ascii { 1 } else { 4 };
        let unknown = (self.bytes & !bytes).count_ones() as usize;
        if length.abs_diff(self.text.len()) > most || unknown > most {
            return false;
        }
        let missing = self.text.bytes().filter(|byte| letter(*byte) & bytes == 0);
        missing.take(most + 1).count() <= most
    }
}

/// Why a text cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There is nothing in it.
    #[error("The query is empty.")]
    Empty,
    /// It has more than 200 characters.
    #[error("The query has more than {LONGEST_QUERY} characters.")]
    TooLong,
    /// It has more than 8 words.
    #[error("The query has more than {WORDS} words.")]
    TooManyWords,
}

impl Query {
    /// What is looked for, each with its place among all that is.
    pub(super) fn needles(&self) -> impl Iterator<Item = (usize, &Needle)> {
        self.words.iter().enumerate().chain([(WHOLE, &self.whole)])
    }

    /// Takes what a person typed: words in any order, apart, by `_` or run together.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().nth(LONGEST_QUERY).is_some() {
            return Err(QueryError::TooLong);
        }
        let folded = Folded::new(text, LONGEST_QUERY);
        if folded.text.is_empty() {
            return Err(QueryError::Empty);
        }
        let mut words: Vec<_> = folded.words().collect();
        let apart = words.len() > 1;
        // The longest is the least likely to be found.
        words.sort_unstable_by_key(|word| (std::cmp::Reverse(word.len()), *word));
        words.dedup();
        if words.len() > WORDS {
            return Err(QueryError::TooManyWords);
        }
        let words = if apart { words } else { Vec::new() };
        let mut whole = Needle::new(&folded.text);
        if apart {
            // Errors are looked for in each of the words.
            whole.errors = 0;
        }
        Ok(Self {
            whole,
            words: words.into_iter().map(Needle::new).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_its_words() {
        let query = Query::parse("  Customer_addr id ").unwrap();
        assert_eq!(query.whole.text, "customeraddrid");
        let words: Vec<_> = query.words.iter().map(|word| &word.text).collect();
        assert_eq!(words, ["customer", "addr", "id"]);
        assert!(Query::parse("one").unwrap().words.is_empty());
    }

    #[test]
    fn what_cannot_be_looked_for_is_refused() {
        let words = "a b c d e f g h i";
        for (text, expected) in [
            ("", QueryError::Empty),
            (" \t", QueryError::Empty),
            ("x".repeat(201).as_str(), QueryError::TooLong),
            (words, QueryError::TooManyWords),
        ] {
            assert_eq!(Query::parse(text).unwrap_err(), expected);
        }
        assert!(Query::parse(&"ä".repeat(200)).is_ok());
    }
}
