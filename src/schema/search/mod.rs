//! Finding things in schemas by what a person remembers of their names.
//!
//! A schema becomes *parts*: bytes that hold every name, comment and value with its folded words,
//! tables together with their columns. A search goes through all of them from end to end. That is
//! some ten megabytes for 300,000 columns; an index of trigrams would answer rare words sooner,
//! but takes most of a second to write, and for typing errors in common words has to look at most
//! of its rows as well.

mod distance;
mod fold;
mod grade;
mod parts;
mod query;
mod scan;
#[cfg(test)]
mod tests;

pub use parts::{Damaged, FORMAT, parts};
pub use query::{Query, QueryError};
pub use scan::{Hit, Kind, Matched, Scan};
