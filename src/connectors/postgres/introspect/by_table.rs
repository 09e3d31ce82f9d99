//! Rows of the catalog, by the table that they belong to.

use std::collections::HashMap;

use crate::connectors::postgres::error::DROPPED;
use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::postgres::tables::{narrowed_past, within};
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
        if let Some(one) = unless_dropped(make(&row))? {
            all.entry(row.number(0)?).or_default().push(one);
            count += 1;
        }
        within(count, limits::COLUMNS, what)
    };
    reader
        .each(&narrowed_past(sql, selection, reader.locked()), take)
        .await?;
    Ok(all)
}

/// The same statement, in no order: of the most rows, which the server takes long to sort.
pub fn unsorted(sql: &str) -> &str {
    sql.rsplit_once("\n ORDER BY ").map_or(sql, |(sql, _)| sql)
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
        all.extend(unless_dropped(make(&row))?);
        within(all.len(), limits::COLUMNS, what)
    };
    reader
        .each(&narrowed_past(sql, selection, reader.locked()), take)
        .await?;
    Ok(all)
}

/// Nothing where it was dropped while it was read. The rows are those of one snapshot, but the
/// server prints expressions (`pg_get_expr` and its like) from what is there now, and what is not
/// there any more as NULL.
fn unless_dropped<T>(made: Result<T, ConnectorError>) -> Result<Option<T>, ConnectorError> {
    match made {
        Err(error) if error.reason == Some(DROPPED) => Ok(None),
        made => made.map(Some),
    }
}

/// Takes out what belongs to one table.
pub fn taken<T>(all: &mut ByTable<T>, table: u32) -> Vec<T> {
    all.remove(&table).unwrap_or_default()
}
