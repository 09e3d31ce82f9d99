//! Floor 0: rows on their way from a source to a copy or a caller. Pure data; no I/O.
//!
//! A value has one of five forms, those of SQLite (<https://sqlite.org/datatype3.html>), whatever
//! its source. What form a value of a logical type takes, so that nothing is lost:
//!
//! | logical type | form |
//! |---|---|
//! | `boolean` | integer, 0 or 1; of MySQL's `tinyint(1)`, what it holds |
//! | `int8` … `int64` | integer |
//! | `uint64`, `decimal` | text: all digits, as the server prints them; `NaN`, `Infinity`, `-Infinity` |
//! | `float32`, `float64` | real; NaN, infinities and −0 among them |
//! | `string`, `enum`, `unknown` | text |
//! | `binary`, `geometry` (well-known binary) | blob; bits that are no whole bytes are a `string` |
//! | `date` | text: `2024-02-29`; years beyond four digits with a sign, as ISO 8601 has them |
//! | `time` | text: `23:59:59.000001`, with an offset where the type has one |
//! | `timestamp` | text: `2024-02-29T23:59:59.000001` |
//! | `timestamptz` | text: the same in UTC, with a `Z` behind |
//! | `interval` | text: an ISO 8601 duration |
//! | `uuid`, `object_id` | text: as usual, in small letters |
//! | `json`, `object`, `array` | text: JSON |
//! | `mixed` | each value by its own type |
//!
//! All values of a column have the same number of digits behind the second, so that texts sort as
//! times do. A date that a server has and the calendar has not (`0000-00-00`, `infinity`) stays as
//! the server prints it. A string that is no UTF-8 is a blob.
//!
//! PostgreSQL, MySQL and MariaDB let a column hold nothing else. Where a declaration binds nothing (SQLite),
//! or a sample told the type (MongoDB, files, APIs), a value that is of another type stands in the form of
//! its own. In a copy, NaN is the text `NaN`: SQLite has no such number.

mod batch;
mod order;

pub use batch::{Cell, Row, RowBatch};
pub use order::Meaning;

use serde::{Deserialize, Serialize};

use crate::schema::DataType;

/// A column of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowColumn {
    /// The name, as it is; a query may answer several columns of one name.
    pub name: String,
    /// The native type, as the server writes it.
    #[serde(rename = "type")]
    pub native_type: String,
    /// Our own small family of types, which says what form its values take.
    #[schema(value_type = String)]
    pub logical_type: DataType,
}
