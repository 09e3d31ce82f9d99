//! What the file's catalog says, row by row, as `SQLite` answers it.

use std::collections::HashMap;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};

use crate::connectors::{Selection, limits};
use crate::schema::{Column, DataType, TableKind};

use super::types;

/// The collation that a column has unless another is told.
pub(super) const BINARY: &str = "BINARY";

/// A table, view or virtual table.
pub(super) struct Found {
    pub name: String,
    pub kind: TableKind,
    pub strict: bool,
    pub without_rowid: bool,
    /// `SQLite` keeps names as bytes; one that is no UTF-8 cannot be asked for again.
    pub is_utf8: bool,
}

/// A column.
pub(super) struct Described {
    pub column: Column,
    /// Its place in the primary key from 1; 0 where it is no part of it.
    pub key: i64,
    /// Where its value is computed: whether it is stored.
    pub generated: Option<bool>,
}

impl From<Column> for Described {
    fn from(column: Column) -> Self {
        Self {
            column,
            key: 0,
            generated: None,
        }
    }
}

/// The columns of tables; and of every table there is, by its name in lower case, its primary key and
/// what its columns are called: references may leave the columns out that they refer to, or write
/// them in other letters.
#[derive(Default)]
pub(super) struct AllColumns {
    pub of: HashMap<String, Vec<Described>>,
    pub keys: HashMap<String, Vec<(i64, String)>>,
    pub names: HashMap<String, Vec<String>>,
}

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
        let (without_rowid, strict) = (row.get(4)?, row.get(5)?);
        let is_utf8 = row.get_ref(1)?.as_str().is_ok();
        Ok(kind.filter(|_| wanted).map(|kind| Found {
            name,
            kind,
            strict,
            without_rowid,
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
) -> rusqlite::Result<AllColumns> {
    let only = tables_alone.then_some(1);
    let none_yet = found.iter().map(|found| (found.name.clone(), Vec::new()));
    let mut all = AllColumns {
        of: none_yet.collect(),
        keys: HashMap::new(),
        names: HashMap::new(),
    };
    let mut left = limits::COLUMNS + 1;
    let sql = include_str!("sql/columns.sql");
    each_column(connection, sql, [only], |table, described| {
        let (folded, name) = (table.to_ascii_lowercase(), &described.column.name);
        if described.key > 0 {
            let key = all.keys.entry(folded.clone()).or_default();
            key.push((described.key, name.clone()));
        }
        all.names.entry(folded).or_default().push(name.clone());
        if let Some(columns) = all.of.get_mut(&table) {
            columns.push(described);
            left -= 1;
        }
        left > 0
    })?;
    Ok(all)
}

/// The columns of one view or virtual table.
pub(super) fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Described>> {
    let mut columns = Vec::new();
    let sql = include_str!("sql/columns_of.sql");
    each_column(connection, sql, [table], |_, described| {
        columns.push(described);
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
        let (table, name, declared) = (text(row, 0)?, text(row, 1)?, text(row, 2)?);
        let (collation, auto_increment) = if stored {
            metadata(connection, &table, &name)
        } else {
            (None, false)
        };
        let column = Column {
            name,
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
            collation,
            auto_increment,
            ..Column::default()
        };
        let generated = match row.get(8)? {
            2 => Some(false),
            3 => Some(true),
            _ => None,
        };
        let described = Described {
            column,
            key,
            generated,
        };
        Ok((table, described))
    })?;
    for row in rows {
        let (table, described) = row?;
        if !take(table, described) {
            break;
        }
    }
    Ok(())
}

/// What no PRAGMA tells: the collation of a column, where it is not BINARY, and whether it was
/// declared with AUTOINCREMENT. A look into what `SQLite` has in memory; no statement is run.
/// <https://sqlite.org/c3ref/table_column_metadata.html>
fn metadata(connection: &Connection, table: &str, column: &str) -> (Option<String>, bool) {
    // It has none for a name that is no text.
    let Ok((_, collation, _, _, auto_increment)) =
        connection.column_metadata(Some("main"), table, column)
    else {
        return (None, false);
    };
    let collation = collation.map(|name| name.to_string_lossy().into_owned());
    (collation.filter(|name| name != BINARY), auto_increment)
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
pub(super) fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
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
#[must_use]
pub fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
