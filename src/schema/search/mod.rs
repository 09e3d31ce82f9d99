//! Finding things in schemas by what a person remembers of their names.
//!
//! A schema becomes *parts*: bytes that hold every name, comment and value, tables together with
//! their columns, and each word of theirs once. A search compares the query with the words, and goes
//! through all texts by what was found of those, some eight megabytes for 100,000 columns; each that may
//! answer is ranked by the same rules.

mod distance;
mod fold;
mod grade;
mod hits;
mod kind;
mod lexicon;
mod parts;
mod query;
mod reader;
mod scan;
#[cfg(test)]
mod tests;

pub use hits::{Hit, Matched};
pub use kind::Kind;
pub use parts::{FORMAT, parts};
pub use query::{Query, QueryError};
pub use reader::Damaged;
pub use scan::Scan;
