//! What the file's catalog says, row by row, as `SQLite` answers it.

use std::collections::HashMap;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};

use crate::connectors::{Selection, limits};
use crate::schema::{Column, DataType, TableKind};

use super::types;

/// A table, view or virtual table.
pub(super) struct Found {
    pub name: String,
    pub kind: TableKind,
    /// `SQLite` keeps names as bytes; one that is no UTF-8 cannot be asked for again.
    pub is_utf8: bool,
}

/// A column, and its place in the primary key from 1; 0 where it is no part of it.
pub(super) type Described = (Column, i64);

/// The selected tables by name, one more than the limit at most. Without shadow tables, which are
/// the inside of a virtual table, and without `SQLite`'s own, whose names begin with `sqlite_`.
/// <https://sqlite.org/pragma.html#pragma_table_list>
///
/// To tell how many columns there are, which is not asked here, `SQLite` prepares a select of every
/// view and ignores how that ends, be it by an interrupt: views that nest in each other could hold
/// the thread for hours. So no select is let through meanwhile.
pub(super) fn tables(
    connection: &Connection,
    selection: &Selection,
) -> rusqlite::Result<Vec<Found>> {
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select => Authorization::Deny,
        _ => Authorization::Allow,
    }))?;
    let found = list(connection, selection);
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    found
}

fn list(connection: &Connection, selection: &Selection) -> rusqlite::Result<Vec<Found>> {
    let mut statement = connection.prepare("PRAGMA main.table_list")?;
    let rows = statement.query_map([], |row| {
        let kind = match text(row, 2)?.as_str() {
            "table" => Some(TableKind::Table),
            "view" => Some(TableKind::View),
            "virtual" => Some(TableKind::VirtualTable),
            _ => None,
        };
        let name = text(row, 1)?;
        let internal = name
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"));
        let wanted = !internal && selection.has_table(None, &name);
        let is_utf8 = row.get_ref(1)?.as_str().is_ok();
        Ok(kind.filter(|_| wanted).map(|kind| Found {
            name,
            kind,
            is_utf8,
        }))
    })?;
    let mut found = rows
        .filter_map(Result::transpose)
        .take(limits::TABLES + 1)
        .collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The columns of the tables `found`; without views and virtual tables where `tables_alone`.
pub(super) fn columns(
    connection: &Connection,
    found: &[Found],
    tables_alone: bool,
) -> rusqlite::Result<HashMap<String, Vec<Described>>> {
    let only = tables_alone.then_some(1);
    let mut of: HashMap<_, _> = found
        .iter()
        .map(|found| (found.name.clone(), Vec::new()))
        .collect();
    let mut left = limits::COLUMNS + 1;
    let sql = include_str!("sql/columns.sql");
    each_column(connection, sql, [only], |table, column| {
        if let Some(columns) = of.get_mut(&table) {
            columns.push(column);
            left -= 1;
        }
        left > 0
    })?;
    Ok(of)
}

/// The columns of one view or virtual table.
pub(super) fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Described>> {
    let mut columns = Vec::new();
    let sql = include_str!("sql/columns_of.sql");
    each_column(connection, sql, [table], |_, column| {
        columns.push(column);
        true
    })?;
    Ok(columns)
}

/// Hands over each column with its table, as long as `take` wants more.
fn each_column(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    mut take: impl FnMut(String, Described) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params, |row| {
        let (not_null, key, rowid_alias): (bool, i64, bool) =
            (row.get(3)?, row.get(5)?, row.get(6)?);
        let stored: bool = row.get(7)?;
        let declared = text(row, 2)?;
        let column = Column {
            name: text(row, 1)?,
            position: 0,
            logical_type: if stored || !declared.is_empty() {
                types::family(&declared)
            } else {
                DataType::Unknown
            },
            native_type: declared,
            nullable: !not_null && !rowid_alias,
            default: (row.get_ref(4)? != ValueRef::Null)
                .then(|| text(row, 4))
                .transpose()?,
            primary_key: key > 0,
            ..Column::default()
        };
        Ok((text(row, 0)?, (column, key)))
    })?;
    for row in rows {
        let (table, column) = row?;
        if !take(table, column) {
            break;
        }
    }
    Ok(())
}

/// Rows by table as the last ANALYZE saw them; empty where there was none.
pub(super) fn estimates(connection: &Connection) -> rusqlite::Result<HashMap<String, u64>> {
    if !connection.table_exists(Some("main"), "sqlite_stat1")? {
        return Ok(HashMap::new());
    }
    let mut statement = connection.prepare(include_str!("sql/estimates.sql"))?;
    let rows = statement.query_map([], |row| {
        let rows = row.get::<_, Option<i64>>(1)?;
        Ok((
            text(row, 0)?,
            rows.and_then(|rows| u64::try_from(rows).ok()),
        ))
    })?;
    rows.take(limits::TABLES)
        .filter_map(|row| row.map(|(table, rows)| Some((table, rows?))).transpose())
        .collect()
}

/// A text that may hold any bytes; `SQLite` checks none.
fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(at)?.as_bytes_or_null()?.unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// Counts the rows of a table exactly.
pub(super) fn count(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM main.{}", quoted(table));
    let counted = connection.query_row(&sql, [], |row| row.get::<_, i64>(0))?;
    Ok(u64::try_from(counted).unwrap_or_default())
}

/// An identifier as it stands in a statement, whatever it holds.
/// <https://sqlite.org/lang_keywords.html>
fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
