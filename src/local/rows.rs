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
