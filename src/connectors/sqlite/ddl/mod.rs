//! What `SQLite` keeps only as the text of a CREATE statement: names of constraints, checks,
//! expressions of generated columns and of indexes, deferrability.
//!
//! The texts were written by anybody. They are read with `SQLite`'s own tokens and grammar
//! (<https://sqlite.org/lang.html>) in one pass and without recursion; where one is not understood
//! in full, nothing of it is told.

mod object;
mod table;
pub(super) mod token;

pub(super) use object::{create_index, create_trigger, create_view, create_virtual_table};
pub(super) use table::{TableText, create_table};
