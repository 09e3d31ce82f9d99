//! Columns and primary keys, from `pg_attribute` and `pg_constraint`.

use std::collections::HashMap;

use super::reader::{Reader, Row};
use super::tables::{narrowed, within};
use crate::connectors::{ConnectorError, Selection, limits};

/// A column, as the catalog has it.
pub struct ColumnRow {
    /// `attnum`, by which constraints name it.
    pub number: i16,
    pub name: String,
    pub native_type: String,
    pub type_oid: u32,
    pub modifier: i32,
    pub not_null: bool,
    pub default: Option<String>,
    pub comment: Option<String>,
}

/// The columns of the selected tables, by table, in order.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<HashMap<u32, Vec<ColumnRow>>, ConnectorError> {
    let mut columns: HashMap<u32, Vec<ColumnRow>> = HashMap::new();
    let mut count = 0;
    let sql = narrowed(include_str!("sql/columns.sql"), selection);
    let take = |row: Row<'_>| {
        columns
            .entry(row.number(0)?)
            .or_default()
            .push(column(&row)?);
        count += 1;
        within(count, limits::COLUMNS, "columns")
    };
    reader.each(&sql, take).await?;
    Ok(columns)
}

fn column(row: &Row<'_>) -> Result<ColumnRow, ConnectorError> {
    Ok(ColumnRow {
        number: row.number(1)?,
        name: row.text(2)?.to_owned(),
        native_type: row.text(3)?.to_owned(),
        type_oid: row.number(4)?,
        modifier: row.number(5)?,
        not_null: row.flag(6)?,
        default: row.optional(7)?.map(str::to_owned),
        comment: row.optional(8)?.map(str::to_owned),
    })
}

/// The primary keys of the selected tables: column numbers in the order of the key, by table.
pub async fn primary_keys(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<HashMap<u32, Vec<i16>>, ConnectorError> {
    let mut keys: HashMap<u32, Vec<i16>> = HashMap::new();
    let mut count = 0;
    let sql = narrowed(include_str!("sql/primary_keys.sql"), selection);
    let take = |row: Row<'_>| {
        keys.entry(row.number(0)?).or_default().push(row.number(1)?);
        count += 1;
        within(count, limits::COLUMNS, "columns in keys")
    };
    reader.each(&sql, take).await?;
    Ok(keys)
}
