//! Reading rows: those of tables, by `COPY` in its binary form, and those of callers' statements.
//!
//! `relation` asks for the types that columns have now, `form` settles how values of a type travel,
//! `condition` writes what rows must be like, `copy` and `decode` (with `numeric` and `temporal`)
//! read what comes.

mod condition;
mod copy;
mod decode;
mod digits;
mod form;
mod numeric;
mod parameter;
mod refusal;
mod relation;
mod snapshot;
mod statement;
mod temporal;
mod words;

use std::fmt::Write as _;

pub use snapshot::begin as begin_snapshot;
pub use statement::run as query;

use super::login::Connected;
use super::patience::within_patience;
use super::reader::{Reader, SearchPath};
use super::text::{filled, identifier};
use crate::connectors::read::{Condition, Order, Test, channel};
use crate::connectors::{Chunk, ConnectorError, Outlet, TableRead};
use crate::rows::{Cell, RowColumn};
use condition::Known;
use copy::copy;
use decode::Decode;
use refusal::{of_rows, without_nul};
use relation::Relation;

/// Reads rows of a table into `out`.
pub async fn read_table(
    connected: &Connected,
    path: SearchPath<'_>,
    read: &TableRead,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let columns = read.columns.iter().map(|column| RowColumn {
        name: column.name.clone(),
        native_type: column.native_type.clone(),
        logical_type: column.logical_type.clone(),
    });
    let columns: Vec<_> = columns.collect();
    let names: Vec<_> = read.columns.iter().map(|c| c.name.as_str()).collect();
    let reader = connected.read_rows(path, None).await?;
    let done = rows(&reader, read, &names, Some(columns), out).await;
    if done.is_ok() {
        reader.finish();
    }
    done
}

/// The largest value of a column among the rows that `read` is about.
pub async fn largest(
    connected: &Connected,
    path: SearchPath<'_>,
    read: &TableRead,
    column: &str,
) -> Result<Option<String>, ConnectorError> {
    let mut read = TableRead {
        order: vec![Order {
            column: column.to_owned(),
            descending: true,
        }],
        limit: Some(1),
        offset: 0,
        columns: Vec::new(),
        search: None,
        ..read.clone()
    };
    // Its own NULLs come first in this order, and an index has it both ways.
    read.conditions.push(Condition {
        column: column.to_owned(),
        test: Test::NotNull,
    });
    let reader = connected.read_rows(path, None).await?;
    let (mut out, mut inlet) = channel(1, 1);
    rows(&reader, &read, &[column], None, &mut out).await?;
    reader.finish();
    drop(out);
    let Some(Chunk::Rows(batch)) = inlet.next().await else {
        return Ok(None);
    };
    let row = batch.rows().next();
    Ok(row.and_then(|row| row.get(0)).and_then(written))
}

/// Asks for the values of these columns, and reads them into `out`, behind `columns` where it is to be
/// told them.
async fn rows(
    reader: &Reader<'_>,
    read: &TableRead,
    names: &[&str],
    columns: Option<Vec<RowColumn>>,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let refused = |error| of_rows(error, is_asked(read));
    let selected = select(reader, read, names);
    let selected = within_patience(reader.watch, reader.about, selected).await?;
    // Whatever it was refused for, nothing runs now.
    reader.is_idle();
    let (select, decodes) = selected.map_err(refused)?;
    let columns = columns.map(|mut columns| {
        for (column, decode) in columns.iter_mut().zip(&decodes) {
            let known = std::mem::take(&mut column.logical_type);
            column.logical_type = decode.of_column(known);
        }
        columns
    });
    if let Some(columns) = columns
        && out.columns(columns).await.is_err()
    {
        return Ok(());
    }
    if decodes.is_empty() {
        return Ok(());
    }
    reader.is_busy();
    copy(reader, &select, &decodes, out).await.map_err(refused)
}

/// Whether there is anything of a caller's that a server could object to.
fn is_asked(read: &TableRead) -> bool {
    !read.conditions.is_empty() || !read.order.is_empty() || read.search.is_some()
}

/// The select for these columns, and how its values are decoded.
async fn select(
    reader: &Reader<'_>,
    read: &TableRead,
    names: &[&str],
) -> Result<(String, Vec<Decode>), ConnectorError> {
    let relation = Relation::describe(reader, read, names).await?;
    search_too(reader, &relation.schemas()).await?;
    let values: Vec<_> = relation.wanted.iter().map(Known::value).collect();
    let mut sql = format!("SELECT {} FROM {}", values.join(", "), relation.from);
    let mut conditions = Vec::new();
    for condition in &read.conditions {
        let known = relation.column(&condition.column)?;
        conditions.push(known.passes(&condition.test));
    }
    if let Some(part) = &read.search {
        let mentions = relation.wanted.iter().filter_map(|k| k.mentions(part));
        let mentions: Vec<_> = mentions.collect();
        conditions.push(match &mentions[..] {
            [] => "false".to_owned(),
            mentions => format!("({})", mentions.join(" OR ")),
        });
    }
    if !conditions.is_empty() {
        let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
    }
    for (i, order) in read.order.iter().enumerate() {
        let before = if i == 0 { " ORDER BY" } else { "," };
        let by = &relation.column(&order.column)?.expression;
        let direction = if order.descending { " DESC" } else { "" };
        let _ = write!(sql, "{before} {by}{direction}");
    }
    // The server counts in 64 bits with a sign.
    let bounded = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    if let Some(limit) = read.limit {
        let _ = write!(sql, " LIMIT {}", bounded(limit));
    }
    if read.offset > 0 {
        let _ = write!(sql, " OFFSET {}", bounded(read.offset));
    }
    without_nul(&sql)?;
    let decodes = relation.wanted.iter().map(|known| known.form.decode);
    Ok((sql, decodes.collect()))
}

/// An operator is found by its name in the schemas that are searched. Where that of an extension's
/// type is not among them, another type's would be taken, and not agree with its order.
async fn search_too(reader: &Reader<'_>, schemas: &[&str]) -> Result<(), ConnectorError> {
    if schemas.is_empty() {
        return Ok(());
    }
    let schemas: Vec<_> = schemas.iter().map(|schema| identifier(schema)).collect();
    let schemas = schemas.join(", ");
    let sql = filled(
        include_str!("../sql/search_too.sql"),
        &[("schemas", &schemas)],
    );
    reader.each(&sql, |_| Ok(())).await
}

/// A value as a condition takes it.
fn written(cell: Cell<'_>) -> Option<String> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) if number == f64::INFINITY => "Infinity".to_owned(),
        Cell::Real(number) if number == f64::NEG_INFINITY => "-Infinity".to_owned(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.to_owned(),
        Cell::Blob(bytes) => bytes.iter().fold("\\x".to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_so_that_the_server_reads_it_again() {
        for (cell, text) in [
            (Cell::Null, None),
            (Cell::Integer(-1), Some("-1")),
            (Cell::Real(f64::NAN), Some("NaN")),
            (Cell::Real(f64::NEG_INFINITY), Some("-Infinity")),
            (Cell::Real(-0.0), Some("-0")),
            (Cell::Real(0.1), Some("0.1")),
            (Cell::Blob(b"\0\xff"), Some("\\x00ff")),
        ] {
            assert_eq!(written(cell).as_deref(), text);
        }
    }
}
