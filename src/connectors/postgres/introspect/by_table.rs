//! Rows of the catalog, by the table that they belong to.

use std::collections::HashMap;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::postgres::tables::{narrowed, within};
use crate::connectors::{ConnectorError, Selection, limits};

/// What belongs to tables, by their object ids.
pub type ByTable<T> = HashMap<u32, Vec<T>>;

/// Runs a query whose rows begin with the object id of a table, and keeps what is made of each.
pub async fn by_table<T>(
    reader: &Reader<'_>,
    selection: &Selection,
    sql: &str,
    what: &'static str,
    make: impl Fn(&Row<'_>) -> Result<T, ConnectorError>,
) -> Result<ByTable<T>, ConnectorError> {
    let mut all: ByTable<T> = HashMap::new();
    let mut count = 0;
    let take = |row: Row<'_>| {
        all.entry(row.number(0)?).or_default().push(make(&row)?);
        count += 1;
        within(count, limits::COLUMNS, what)
    };
    reader.each(&narrowed(sql, selection), take).await?;
    Ok(all)
}

/// Runs a query and keeps what is made of each row, in order.
pub async fn all<T>(
    reader: &Reader<'_>,
    selection: &Selection,
    sql: &str,
    what: &'static str,
    make: impl Fn(&Row<'_>) -> Result<T, ConnectorError>,
) -> Result<Vec<T>, ConnectorError> {
    let mut all = Vec::new();
    let take = |row: Row<'_>| {
        all.push(make(&row)?);
        within(all.len(), limits::COLUMNS, what)
    };
    reader.each(&narrowed(sql, selection), take).await?;
    Ok(all)
}

/// Takes out what belongs to one table.
pub fn taken<T>(all: &mut ByTable<T>, table: u32) -> Vec<T> {
    all.remove(&table).unwrap_or_default()
}
