//! Finding things in schemas by what a person remembers of their names.
//!
//! A schema becomes *parts*: bytes that hold every name, comment and value with its folded words,
//! tables together with their columns. A search goes through all of them from end to end, some ten
//! megabytes for 100,000 columns, so that each candidate is ranked by the same rules.

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
