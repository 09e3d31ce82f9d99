//! The whole schema: catalog rows, joined in memory.

use std::collections::HashMap;

use futures_util::future::try_join4;

use super::columns::{self, ColumnRow};
use super::query::{self, Described};
use super::reader::Reader;
use super::tables::{self, TableRow};
use super::types::Types;
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Column, Schema, Table};

/// Reads the schema of the selected tables. All statements are sent at once, and answered one
/// after the other.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
    described: Option<Described>,
) -> Result<Schema, ConnectorError> {
    let (tables, mut columns, mut keys, types) = try_join4(
        tables::read(reader, selection),
        columns::read(reader, selection),
        columns::primary_keys(reader, selection),
        Types::read(reader),
    )
    .await?;
    let mut tables: Vec<_> = tables
        .into_iter()
        .map(|row| {
            let columns = columns.remove(&row.oid).unwrap_or_default();
            let key = keys.remove(&row.oid).unwrap_or_default();
            table(row, columns, &key, &types, selection)
        })
        .collect();
    tables.extend(described.map(|described| query::table(described, &types, selection)));
    Ok(Schema {
        database: Some(reader.about().database.clone()),
        tables,
        ..Schema::default()
    })
}

fn table(
    row: TableRow,
    columns: Vec<ColumnRow>,
    key: &[i16],
    types: &Types,
    selection: &Selection,
) -> Table {
    let names: HashMap<_, _> = columns.iter().map(|c| (c.number, c.name.clone())).collect();
    let wanted = columns
        .into_iter()
        .filter(|c| selection.has_column(Some(&row.schema), &row.name, &c.name));
    let columns = (1..)
        .zip(wanted)
        .map(|(position, c)| Column {
            position,
            logical_type: types.logical(c.type_oid, c.modifier, &c.native_type),
            nullable: !c.not_null && !types.forbids_null(c.type_oid),
            primary_key: key.contains(&c.number),
            name: c.name,
            native_type: c.native_type,
            default: c.default,
            comment: c.comment,
            ..Column::default()
        })
        .collect();
    Table {
        schema: Some(row.schema),
        name: row.name,
        kind: row.kind,
        comment: row.comment,
        columns,
        primary_key: key.iter().filter_map(|n| names.get(n).cloned()).collect(),
        row_count_estimate: row.estimate,
        ..Table::default()
    }
}
