//! Rows: of tables, and of statements of a caller's own.

mod any_case;
mod select;
mod stream;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use rusqlite::{Connection, Statement};
use serde_json::Value;

use super::error::failed;
use super::worker::{Stop, Worker};
use super::{query, room, types};
use crate::connectors::read::Statement as Asked;
use crate::connectors::{ConnectorError, ErrorKind, Outlet, QueryRead, TableRead};
use crate::rows::{Meaning, RowColumn};
use crate::schema::{DataType, TableKind};
use select::{Bound, Select};

pub(super) use any_case::tell as tell_any_case;
pub(super) use select::Texts;

/// Columns by the names of their table and their own, as they are at the source that a table was
/// copied from: a copy's declarations tell no more than the forms of its values.
pub type Origins = HashMap<(String, String), RowColumn>;

/// Goes into the present state of the file.
pub(super) async fn begin(worker: &Worker) -> Result<(), ConnectorError> {
    let begin = |connection: &Connection, _: &Stop| {
        if connection.is_autocommit() {
            // The first statement that reads takes the state of then.
            let sql = "BEGIN; SELECT count(*) FROM sqlite_schema";
            connection.execute_batch(sql).map_err(failed)?;
        }
        Ok(())
    };
    worker.run(None, begin).await
}

/// The largest value of a column.
pub(super) async fn largest(
    worker: &Worker,
    read: &TableRead,
    column: &str,
) -> Result<Option<String>, ConnectorError> {
    let Select { sql, params, .. } = select::largest(read, column);
    let work = move |connection: &Connection, _: &Stop| {
        let mut statement = connection.prepare(&sql).map_err(failed)?;
        bind(&mut statement, &params)?;
        let mut rows = statement.raw_query();
        let row = rows.next().map_err(failed)?;
        let value = row.map(|row| row.get::<_, rusqlite::types::Value>(0));
        Ok(match value.transpose().map_err(failed)? {
            Some(rusqlite::types::Value::Integer(number)) => Some(number.to_string()),
            Some(rusqlite::types::Value::Real(number)) => Some(number.to_string()),
            Some(rusqlite::types::Value::Text(text)) => Some(text),
            _ => None,
        })
    };
    worker.run(None, work).await
}

/// Has statements order and compare texts by what they mean: `n COLLATE number`.
pub(super) fn tell_meanings(connection: &Connection) -> rusqlite::Result<()> {
    for meaning in Meaning::ALL {
        connection.create_collation(meaning.name(), move |a, b| meaning.compare(a, b))?;
    }
    Ok(())
}

/// Reads the rows of a table.
pub(super) async fn table(
    worker: &Worker,
    read: &TableRead,
    texts: Texts,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let columns = read.columns.iter().map(|column| RowColumn {
        name: column.name.clone(),
        native_type: column.native_type.clone(),
        logical_type: column.logical_type.clone(),
    });
    let columns: Vec<_> = columns.collect();
    let foreign = read.kind == TableKind::Query;
    let Select { sql, params, .. } = select::rows(read, texts)?;
    stream::run(worker, None, out, move |connection, stop, sink| {
        let work = |statement: &mut Statement<'_>| {
            bind(statement, &params)?;
            sink.columns(columns);
            sink.rows(statement, u64::MAX, stop)
        };
        if foreign {
            return query::prepared(connection, &sql, params.len(), work);
        }
        work(&mut connection.prepare(&sql).map_err(failed)?)
    })
    .await
}

/// Runs a caller's statement.
pub(super) async fn statement(
    worker: &Worker,
    asked: &QueryRead,
    origins: &Arc<Origins>,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let Asked::Sql { text, params } = &asked.statement else {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "SQLite takes SQL.",
            "Give the statement as `sql`.",
        ));
    };
    let (text, limit) = (text.clone(), asked.limit);
    let params: Vec<_> = params.iter().map(parameter).collect();
    let origins = Arc::clone(origins);
    let deadline = Instant::now() + asked.timeout;
    stream::run(
        worker,
        Some(deadline),
        out,
        move |connection, stop, sink| {
            query::prepared(connection, &text, params.len(), |statement| {
                bind(statement, &params)?;
                sink.columns(columns(statement, &origins));
                room::bounded(connection, &text, || {
                    sink.rows(statement, limit.saturating_add(1), stop)
                })
            })
        },
    )
    .await
}

fn columns(statement: &Statement<'_>, origins: &Origins) -> Vec<RowColumn> {
    let declared = statement.columns().into_iter().map(|column| {
        let declared = column.decl_type();
        RowColumn {
            name: column.name().to_owned(),
            native_type: declared.unwrap_or_default().to_owned(),
            logical_type: declared.map_or(DataType::Mixed, types::family),
        }
    });
    let mut columns: Vec<_> = declared.collect();
    if origins.is_empty() {
        // In a stranger's file such names may be no UTF-8, where the driver panics.
        return columns;
    }
    for (column, of) in columns.iter_mut().zip(statement.columns_with_metadata()) {
        let place = of.table_name().zip(of.origin_name());
        let place = place.map(|(table, name)| (table.to_owned(), name.to_owned()));
        if let Some(origin) = place.and_then(|place| origins.get(&place)) {
            column.native_type.clone_from(&origin.native_type);
            column.logical_type = origin.logical_type.clone();
        }
    }
    columns
}

fn parameter(value: &Value) -> Bound {
    match value {
        Value::Null => Bound::Null,
        Value::Bool(value) => Bound::Integer(i64::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Bound::Integer(number),
            (None, Some(number)) => Bound::Real(number),
            (None, None) => Bound::Text(number.to_string()),
        },
        Value::String(text) => Bound::Text(text.clone()),
        other => Bound::Text(other.to_string()),
    }
}

fn bind(statement: &mut Statement<'_>, params: &[Bound]) -> Result<(), ConnectorError> {
    for (number, value) in (1..).zip(params) {
        let bound = match value {
            Bound::Null => statement.raw_bind_parameter(number, rusqlite::types::Null),
            Bound::Integer(value) => statement.raw_bind_parameter(number, value),
            Bound::Real(value) => statement.raw_bind_parameter(number, value),
            Bound::Text(value) => statement.raw_bind_parameter(number, value),
        };
        bound.map_err(failed)?;
    }
    Ok(())
}
