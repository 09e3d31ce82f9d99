//! From the catalog to the schema: one query for the tables, one for all their columns, one for
//! the row estimates where the file has some, one for each kind of detail; joined in memory.

use std::collections::HashMap;

use rusqlite::{Connection, ErrorCode};

use super::catalog::{self, AllColumns, Described, Found};
use super::details::{self, Details};
use super::error::{failed, told};
use super::query;
use super::worker::Stop;
use crate::connectors::parts::{Parts, Unit};
use crate::connectors::{ConnectorError, ErrorKind, Selection, TableEntry, limits};
use crate::schema::{Column, Schema, Table, TableKind, Unreadable};

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
    parts: &Parts,
) -> Result<Schema, ConnectorError> {
    parts.expect(4, Unit::CatalogParts);
    let snapshot = connection.unchecked_transaction().map_err(failed)?;
    let found = tables(&snapshot, selection)?;
    parts.done("tables");
    let estimates = estimates(&snapshot)?;
    parts.done("estimates");
    let mut columns = columns(&snapshot, stop, &found)?;
    parts.done("columns");
    let details = Details::read(&snapshot, &found, &mut columns.all).map_err(failed)?;
    let mut details = details.ok_or_else(|| {
        too_much(&format!(
            "statements of more than {} MiB",
            details::DEFINITIONS >> 20
        ))
    })?;
    parts.done("details");
    let mut schema = Schema {
        database: Some(database),
        ..Schema::default()
    };
    for found in found {
        match columns.of(&found) {
            Ok(mut described) => {
                let details = details.of(&found, &mut described);
                schema.tables.push(Table {
                    row_count_estimate: estimates.get(&found.name).copied(),
                    ..with_columns(details, described, selection)
                });
            }
            Err(why) => schema.unreadable.push(Unreadable {
                name: found.name,
                why,
            }),
        }
    }
    if let Some(sql) = &selection.query {
        let columns = query::describe(&snapshot, sql)?;
        let columns = columns.into_iter().map(Described::from).collect();
        let table = Table {
            name: Selection::QUERY_TABLE.to_owned(),
            kind: TableKind::Query,
            ..Table::default()
        };
        schema.tables.push(with_columns(table, columns, selection));
    }
    Ok(schema)
}

/// The table with those of its columns that are selected.
fn with_columns(table: Table, mut described: Vec<Described>, selection: &Selection) -> Table {
    let mut key: Vec<_> = described
        .iter()
        .filter(|described| described.key > 0)
        .map(|described| (described.key, described.column.name.clone()))
        .collect();
    key.sort_unstable();
    described.retain(|described| selection.has_column(None, &table.name, &described.column.name));
    let columns = (1..).zip(described).map(|(position, described)| Column {
        position,
        ..described.column
    });
    Table {
        columns: columns.collect(),
        primary_key: key.into_iter().map(|(_, name)| name).collect(),
        ..table
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

/// The columns of all tables, and why they cannot be told of some.
struct Columns {
    all: AllColumns,
    broken: HashMap<String, String>,
}

impl Columns {
    /// The columns of one table, or why they cannot be told.
    fn of(&mut self, found: &Found) -> Result<Vec<Described>, String> {
        if !found.is_utf8 {
            return Err("Its name is no valid UTF-8, so it cannot be asked for.".to_owned());
        }
        match self.broken.remove(&found.name) {
            Some(why) => Err(why),
            None => Ok(self.all.of.remove(&found.name).unwrap_or_default()),
        }
    }
}

/// One query for all. It fails as a whole where a single view or virtual table is broken (a table
/// that it names is gone, its module is not built in); only then these are asked for one by one,
/// which costs no more than a call within the process each.
fn columns(
    connection: &Connection,
    stop: &Stop,
    found: &[Found],
) -> Result<Columns, ConnectorError> {
    let (all, some_broken) = match catalog::columns(connection, found, false) {
        Ok(all) => (all, false),
        Err(error) if is_of_one_object(&error) => {
            let tables = catalog::columns(connection, found, true).map_err(failed)?;
            (tables, true)
        }
        Err(error) => return Err(failed(error)),
    };
    let mut columns = Columns {
        all,
        broken: HashMap::new(),
    };
    let asked_alone = |object: &&Found| some_broken && object.kind != TableKind::Table;
    for object in found.iter().filter(asked_alone) {
        stop.check()?;
        match catalog::columns_of(connection, &object.name) {
            Ok(described) => drop(columns.all.of.insert(object.name.clone(), described)),
            Err(error) if is_of_one_object(&error) => {
                columns.broken.insert(object.name.clone(), why(error));
            }
            Err(error) => return Err(failed(error)),
        }
    }
    let total = columns.all.of.values().map(Vec::len).sum::<usize>();
    if total > limits::COLUMNS {
        return Err(too_many("columns", limits::COLUMNS));
    }
    Ok(columns)
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
    too_much(&format!("more than {limit} {what}"))
}

fn too_much(what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("The file has {what}."),
        "Choose the tables that are wanted with `tables`, or leave some out with `ignoreTables`.",
    )
}
