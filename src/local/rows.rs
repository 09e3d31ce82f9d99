//! Putting rows into tables.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use super::LocalError;
use super::columns::quoted;
use crate::rows::{Cell, RowBatch};

/// A value on its way into a statement. NaN, which SQLite takes for NULL, goes as text.
struct Bound<'a>(Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Integer(value) => ValueRef::Integer(value),
            Cell::Real(value) if value.is_nan() => ValueRef::Text(b"NaN"),
            Cell::Real(value) => ValueRef::Real(value),
            Cell::Text(value) => ValueRef::Text(value.as_bytes()),
            Cell::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// Binds the parameter of that number, the first being 1.
pub fn bind(statement: &mut Statement<'_>, number: usize, cell: Cell<'_>) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(number, Bound(cell))
}

/// Whether a column holds this value, to the bit.
pub fn holds(stored: ValueRef<'_>, cell: Cell<'_>) -> bool {
    match (stored, cell) {
        (ValueRef::Null, Cell::Null) => true,
        (ValueRef::Integer(stored), Cell::Integer(value)) => stored == value,
        (ValueRef::Real(stored), Cell::Real(value)) => stored.to_bits() == value.to_bits(),
        (ValueRef::Text(stored), Cell::Real(value)) => value.is_nan() && stored == b"NaN",
        (ValueRef::Text(stored), Cell::Text(value)) => stored == value.as_bytes(),
        (ValueRef::Blob(stored), Cell::Blob(value)) => stored == value,
        _ => false,
    }
}

/// The statement that inserts a row of so many values.
pub fn insertion(table: &str, width: usize) -> String {
    let values = vec!["?"; width].join(",");
    format!("INSERT INTO {} VALUES ({values})", quoted(table))
}

/// Inserts the rows of a batch by a statement of [`insertion`]; values that are missing at the end
/// of a row are NULL.
pub fn insert(conn: &Connection, sql: &str, batch: &RowBatch) -> Result<(), LocalError> {
    let mut statement = conn.prepare_cached(sql)?;
    for row in batch.rows() {
        let mut number = 0;
        for cell in row.cells() {
            number += 1;
            bind(&mut statement, number, cell)?;
        }
        statement.raw_execute()?;
    }
    statement.clear_bindings();
    Ok(())
}
