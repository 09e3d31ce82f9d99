//! From the catalog to the schema: one query for the tables, one for all their columns, one for
//! the row estimates where the file has some; joined in memory.

use std::collections::HashMap;

use rusqlite::{Connection, ErrorCode};

use super::catalog::{self, Described, Found};
use super::error::{failed, told};
use super::query;
use super::worker::Stop;
use crate::connectors::{ConnectorError, ErrorKind, Selection, TableEntry, limits};
use crate::schema::{Schema, Table, TableKind, Unreadable};

/// The selected tables, and the caller's query as the last.
pub(super) fn list(
    connection: &Connection,
    selection: &Selection,
) -> Result<Vec<TableEntry>, ConnectorError> {
    // One transaction, so that a writer cannot change the catalog between two queries.
    let snapshot = connection.unchecked_transaction().map_err(failed)?;
    let found = tables(&snapshot, selection)?;
    let estimates = estimates(&snapshot)?;
    let entry = |found: Found| TableEntry {
        schema: None,
        row_count_estimate: estimates.get(&found.name).copied(),
        // A file knows no rights; a name that is no text cannot be asked for.
        readable: Some(found.is_utf8),
        kind: found.kind,
        name: found.name,
    };
    let mut entries: Vec<_> = found.into_iter().map(entry).collect();
    if let Some(sql) = &selection.query {
        query::describe(&snapshot, sql)?;
        entries.push(TableEntry {
            schema: None,
            name: Selection::QUERY_TABLE.to_owned(),
            kind: TableKind::Query,
            row_count_estimate: None,
            readable: Some(true),
        });
    }
    Ok(entries)
}

/// The schema of the selected tables; the caller's query is the last.
pub(super) fn introspect(
    connection: &Connection,
    stop: &Stop,
    selection: &Selection,
    database: String,
) -> Result<Schema, ConnectorError> {
    let snapshot = connection.unchecked_transaction().map_err(failed)?;
    let found = tables(&snapshot, selection)?;
    let estimates = estimates(&snapshot)?;
    let mut columns = columns(&snapshot, stop, &found)?;
    let mut schema = Schema {
        database: Some(database),
        ..Schema::default()
    };
    for Found {
        name,
        kind,
        is_utf8,
    } in found
    {
        let described = columns.remove(&name).unwrap_or(Ok(Vec::new()));
        let unnamed = || "Its name is no valid UTF-8, so it cannot be asked for.".to_owned();
        match described.and_then(|columns| is_utf8.then_some(columns).ok_or_else(unnamed)) {
            Ok(columns) => schema.tables.push(Table {
                row_count_estimate: estimates.get(&name).copied(),
                ..table(name, kind, columns, selection)
            }),
            Err(why) => schema.unreadable.push(Unreadable { name, why }),
        }
    }
    if let Some(sql) = &selection.query {
        let columns = query::describe(&snapshot, sql)?;
        let columns = columns.into_iter().map(|column| (column, 0)).collect();
        let name = Selection::QUERY_TABLE.to_owned();
        schema
            .tables
            .push(table(name, TableKind::Query, columns, selection));
    }
    Ok(schema)
}

fn table(
    name: String,
    kind: TableKind,
    mut described: Vec<Described>,
    selection: &Selection,
) -> Table {
    let mut key: Vec<_> = described
        .iter()
        .filter(|(_, place)| *place > 0)
        .map(|(column, place)| (*place, column.name.clone()))
        .collect();
    key.sort_unstable();
    described.retain(|(column, _)| selection.has_column(None, &name, &column.name));
    let columns = (1..).zip(described).map(|(position, (mut column, _))| {
        column.position = position;
        column
    });
    Table {
        kind,
        columns: columns.collect(),
        primary_key: key.into_iter().map(|(_, name)| name).collect(),
        name,
        ..Table::default()
    }
}

fn tables(connection: &Connection, selection: &Selection) -> Result<Vec<Found>, ConnectorError> {
    let found = catalog::tables(connection, selection).map_err(failed)?;
    if found.len() > limits::TABLES {
        return Err(too_many("tables", limits::TABLES));
    }
    Ok(found)
}

/// A file can hold anything under the name of the statistics; what is none counts as none.
fn estimates(connection: &Connection) -> Result<HashMap<String, u64>, ConnectorError> {
    match catalog::estimates(connection) {
        Err(error) if !is_of_one_object(&error) => Err(failed(error)),
        read => Ok(read.unwrap_or_default()),
    }
}

/// The columns of each table, or why they cannot be told.
type Columns = HashMap<String, Result<Vec<Described>, String>>;

/// One query for all. It fails as a whole where a single view or virtual table is broken (a table
/// that it names is gone, its module is not built in); only then these are asked for one by one,
/// which costs no more than a call within the process each.
fn columns(
    connection: &Connection,
    stop: &Stop,
    found: &[Found],
) -> Result<Columns, ConnectorError> {
    let (mut columns, broken): (Columns, _) = match catalog::columns(connection, found, false) {
        Ok(all) => (readable_ones(all), false),
        Err(error) if is_of_one_object(&error) => {
            let tables = catalog::columns(connection, found, true).map_err(failed)?;
            (readable_ones(tables), true)
        }
        Err(error) => return Err(failed(error)),
    };
    let asked_alone = |object: &&Found| broken && object.kind != TableKind::Table;
    for object in found.iter().filter(asked_alone) {
        stop.check()?;
        let described = match catalog::columns_of(connection, &object.name) {
            Ok(described) => Ok(described),
            Err(error) if is_of_one_object(&error) => Err(why(error)),
            Err(error) => return Err(failed(error)),
        };
        columns.insert(object.name.clone(), described);
    }
    let total = columns.values().flatten().map(Vec::len).sum::<usize>();
    if total > limits::COLUMNS {
        return Err(too_many("columns", limits::COLUMNS));
    }
    Ok(columns)
}

fn readable_ones(columns: HashMap<String, Vec<Described>>) -> Columns {
    columns
        .into_iter()
        .map(|(table, of)| (table, Ok(of)))
        .collect()
}

/// Whether a failure is of the object that was asked for, and not of the file or the machine.
fn is_of_one_object(error: &rusqlite::Error) -> bool {
    told(error).is_none_or(|(code, ..)| {
        matches!(
            code,
            ErrorCode::Unknown
                | ErrorCode::AuthorizationForStatementDenied
                | ErrorCode::TypeMismatch
        )
    })
}

fn why(error: rusqlite::Error) -> String {
    let error = failed(error);
    match error.server_message {
        Some(words) => format!("SQLite cannot tell its columns: {words}."),
        None => error.message,
    }
}

fn too_many(what: &str, limit: usize) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("The file has more than {limit} {what}."),
        "Choose the tables that are wanted with `tables`, or leave some out with `ignoreTables`.",
    )
}
