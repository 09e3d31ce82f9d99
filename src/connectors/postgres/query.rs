//! The caller's own select, described without running it.

use std::fmt::Write as _;

use super::error::invalid_query;
use super::reader::Reader;
use super::text::filled;
use super::types::Types;
use crate::connectors::{ConnectorError, ErrorKind, Selection};
use crate::schema::{Column, Table, TableKind};

/// The columns of a select.
pub struct Described(Vec<QueryColumn>);

struct QueryColumn {
    name: String,
    type_oid: u32,
    native_type: String,
}

/// Makes sure that `query` is one select that reads only.
pub async fn check(reader: &Reader<'_>, query: &str) -> Result<(), ConnectorError> {
    // The server's own grammar decides: a cursor is declared for a SELECT, VALUES or WITH … SELECT
    // that changes nothing, and for nothing else. It is planned and not run.
    let declare = format!("DECLARE headwater NO SCROLL CURSOR FOR {}", bare(query));
    let declared = reader.run_single(&declare).await;
    declared.map_err(|error| reader.query_failed(&error))
}

/// Reads the names and types of the columns of `query`.
pub async fn describe(reader: &Reader<'_>, query: &str) -> Result<Described, ConnectorError> {
    check(reader, query).await?;
    let names = reader
        .names("FETCH 0 FROM headwater; CLOSE headwater")
        .await;
    let names = names.map_err(|error| reader.query_failed(&error))?;
    if names.is_empty() {
        return Ok(Described(Vec::new()));
    }
    let (mut types, mut columns) = (String::new(), String::new());
    for i in 0..names.len() {
        let comma = if i == 0 { "" } else { ", " };
        let _ = write!(types, "{comma}pg_catalog.pg_typeof(query.c{i})");
        let _ = write!(columns, "{comma}c{i}");
    }
    let sql = include_str!("sql/query_types.sql")
        .replacen("{types}", &types, 1)
        .replacen("{columns}", &columns, 1)
        .replacen("{query}", bare(query), 1);
    let types: Vec<u32> = reader
        .all(&sql, |row| row.number(0))
        .await
        .map_err(unfit_to_embed)?;
    let oids = types.iter().map(ToString::to_string).collect::<Vec<_>>();
    let oids = format!("{{{}}}", oids.join(","));
    let sql = filled(include_str!("sql/type_names.sql"), &[("oids", &oids)]);
    let natives = reader.all(&sql, |row| Ok(row.text(0)?.to_owned())).await?;
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
fn unfit_to_embed(error: ConnectorError) -> ConnectorError {
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
fn bare(query: &str) -> &str {
    query.trim().trim_end_matches(';').trim_end()
}
