//! The caller's own select, described without running it.

use std::fmt::Write as _;

use super::calls;
use super::error::invalid_query;
use super::reader::Reader;
use super::text::{array_of, filled};
use super::types::Types;
use crate::connectors::{ConnectorError, ErrorKind, Selection};
use crate::schema::{Column, Table, TableKind};

/// What a select stands behind to be checked.
pub const DECLARE: &str = "DECLARE headwater NO SCROLL CURSOR FOR ";

/// Makes the cursor of a checked select tell its columns.
pub const FETCH_NONE: &str = "FETCH 0 FROM headwater; CLOSE headwater";

/// The columns of a select.
pub struct Described(Vec<QueryColumn>);

struct QueryColumn {
    name: String,
    type_oid: u32,
    native_type: String,
}

/// Makes sure that `query` is one select that reads only.
pub async fn check(reader: &Reader<'_>, query: &str) -> Result<(), ConnectorError> {
    calls::check(query)?;
    // The server's own grammar decides: a cursor is declared for a SELECT, VALUES or WITH … SELECT
    // that changes nothing, and for nothing else. It is planned and not run.
    let declare = format!("{DECLARE}{}", bare(query));
    let declared = reader.run_single(&declare).await;
    declared.map_err(|error| reader.query_failed(&error))
}

/// Reads the names of the columns of `query`.
pub async fn names(reader: &Reader<'_>, query: &str) -> Result<Vec<String>, ConnectorError> {
    check(reader, query).await?;
    let names = reader.names(FETCH_NONE).await;
    names.map_err(|error| reader.query_failed(&error))
}

/// What asks for the types of the columns of `query`, of which there are some, without running it.
pub fn ask_types(query: &str, columns: usize) -> String {
    let (mut types, mut names) = (String::new(), String::new());
    for i in 0..columns {
        let comma = if i == 0 { "" } else { ", " };
        let _ = write!(types, "{comma}pg_catalog.pg_typeof(query.c{i})");
        let _ = write!(names, "{comma}c{i}");
    }
    include_str!("sql/query_types.sql")
        .replacen("{types}", &types, 1)
        .replacen("{columns}", &names, 1)
        .replacen("{query}", bare(query), 1)
}

/// What types are called, in full. No schema is looked up any more after that.
pub async fn native_types(
    reader: &Reader<'_>,
    oids: &[u32],
) -> Result<Vec<String>, ConnectorError> {
    let oids = array_of(oids);
    let sql = filled(include_str!("sql/type_names.sql"), &[("oids", &oids)]);
    reader.all(&sql, |row| Ok(row.text(0)?.to_owned())).await
}

/// Reads the names and types of the columns of `query`.
pub async fn describe(reader: &Reader<'_>, query: &str) -> Result<Described, ConnectorError> {
    let names = names(reader, query).await?;
    if names.is_empty() {
        return Ok(Described(Vec::new()));
    }
    let types: Vec<u32> = reader
        .all(&ask_types(query, names.len()), |row| row.number(0))
        .await
        .map_err(unfit_to_embed)?;
    let natives = native_types(reader, &types).await?;
    let column = |(name, (type_oid, native_type))| QueryColumn {
        name,
        type_oid,
        native_type,
    };
    Ok(Described(
        names
            .into_iter()
            .zip(types.into_iter().zip(natives))
            .map(column)
            .collect(),
    ))
}

/// The select as one more table.
pub fn table(described: Described, types: &Types, selection: &Selection) -> Table {
    let wanted = described
        .0
        .into_iter()
        .filter(|c| selection.has_column(None, Selection::QUERY_TABLE, &c.name));
    let columns = (1..)
        .zip(wanted)
        .map(|(position, c)| Column {
            position,
            logical_type: types.logical(c.type_oid, -1, &c.native_type),
            nullable: true,
            name: c.name,
            native_type: c.native_type,
            ..Column::default()
        })
        .collect();
    Table {
        name: Selection::QUERY_TABLE.to_owned(),
        kind: TableKind::Query,
        columns,
        ..Table::default()
    }
}

/// A select that stands alone and not inside another: a comment behind its semicolon, say.
pub fn unfit_to_embed(error: ConnectorError) -> ConnectorError {
    match error.kind {
        ErrorKind::ServerError => ConnectorError {
            server_code: error.server_code,
            server_message: error.server_message,
            ..invalid_query()
        },
        _ => error,
    }
}

/// Without the semicolon that a person may have left at its end.
pub fn bare(query: &str) -> &str {
    query.trim().trim_end_matches(';').trim_end()
}
