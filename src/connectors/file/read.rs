//! Rows of a table, from all of its files.

use super::filter::{Filter, Sorted};
use super::options::Options;
use super::place::TableFiles;
use super::shape::{self, Wanted};
use crate::connectors::thread::Stop;
use crate::connectors::{ConnectorError, ErrorKind, Outlet, TableRead};
use crate::rows::{RowBatch, RowColumn};
use crate::schema::{Column, DataType};

/// The most rows that are put in order.
const SORTED: usize = 100_000;

/// Reads the rows that are wanted into `out`.
pub fn table(
    table: &TableFiles,
    options: &Options,
    read: &TableRead,
    stop: &Stop,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let columns = all_columns(read);
    let width = read.columns.len();
    let told = read.columns.iter().map(|column| RowColumn {
        name: column.name.clone(),
        native_type: column.native_type.clone(),
        logical_type: column.logical_type.clone(),
    });
    if out.columns_blocking(told.collect()).is_err() {
        return Ok(());
    }
    let filter = Filter::new(&columns, &read.conditions, read.search.as_deref(), width);
    let mut batch = out.batch(width);
    let mut send = |row: &RowBatch| {
        let Some(row) = row.rows().next() else {
            return true;
        };
        for cell in row.cells().take(width) {
            batch.cell(cell);
        }
        !batch.is_full() || out.send_blocking(&mut batch).is_ok()
    };
    let offset = usize::try_from(read.offset).unwrap_or(usize::MAX);
    let limit = read
        .limit
        .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let most = limit.map_or(usize::MAX, |limit| limit.saturating_add(offset));
    if read.order.is_empty() {
        let mut count = 0_usize;
        if most > 0 {
            each(table, options, &columns, stop, &mut |row| {
                if !row.rows().next().is_some_and(|row| filter.takes(row)) {
                    return Ok(true);
                }
                count += 1;
                Ok((count <= offset || send(row)) && count < most)
            })?;
        }
    } else {
        let mut sorted = Sorted::new(&columns, &read.order, most);
        each(table, options, &columns, stop, &mut |row| {
            let taken = row.rows().next().filter(|row| filter.takes(*row));
            if taken.is_some_and(|row| sorted.add(row) > SORTED && most > SORTED / 2) {
                return Err(ConnectorError::new(
                    ErrorKind::InvalidQuery,
                    format!("More than {SORTED} rows of a file would have to be put in order."),
                    "Ask for fewer rows, narrow them by conditions, or copy the table and ask the \
                     copy.",
                ));
            }
            Ok(true)
        })?;
        sorted.into_rows(offset, width, |row| send(row));
    }
    let _ = out.send_blocking(&mut batch);
    Ok(())
}

/// Counts the rows of a table.
pub fn count(table: &TableFiles, options: &Options, stop: &Stop) -> Result<u64, ConnectorError> {
    let mut count = 0;
    each(table, options, &[], stop, &mut |_| {
        count += 1;
        Ok(true)
    })?;
    Ok(count)
}

/// The columns that are wanted, and behind them those that conditions and orders name.
fn all_columns(read: &TableRead) -> Vec<Column> {
    let mut columns = read.columns.clone();
    let conditions = read.conditions.iter().map(|condition| &condition.column);
    for name in conditions.chain(read.order.iter().map(|order| &order.column)) {
        place(&mut columns, name);
    }
    columns
}

fn place(columns: &mut Vec<Column>, name: &str) -> usize {
    if let Some(at) = columns.iter().position(|column| column.name == name) {
        return at;
    }
    columns.push(Column {
        name: name.to_owned(),
        logical_type: DataType::Mixed,
        ..Column::default()
    });
    columns.len() - 1
}

/// Goes through the rows of all files of a table, one file after the other.
fn each(
    table: &TableFiles,
    options: &Options,
    columns: &[Column],
    stop: &Stop,
    take: &mut shape::Each<'_>,
) -> Result<(), ConnectorError> {
    let wanted = Wanted::new(columns);
    for part in &table.parts {
        part.unchanged()?;
        let more = shape::rows(part, options, &wanted, stop, take)?;
        // A file that was written to meanwhile may have shown half of either state.
        part.unchanged()?;
        if !more {
            break;
        }
    }
    Ok(())
}
