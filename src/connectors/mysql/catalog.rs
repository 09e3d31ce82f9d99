//! The catalog, one query for each view of `information_schema`, never joined on the server: its
//! views have no indexes to join by. `MySQL` writes their column names in capitals and `MariaDB` as
//! asked, so values are read by position; names are compared byte by byte, whatever collation the
//! server compares them with.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::client::{Client, Row};
use super::quote;
use super::server::{Flavour, Server};
use super::wire::Failure;
use crate::connectors::limits;
use crate::schema::TableKind;

/// Databases beyond which a listing of all of them is not taken.
const SCHEMAS: usize = 10_000;

/// Schema and table.
pub type Name = (String, String);

/// A row of `TABLES`.
pub struct TableRow {
    pub name: Name,
    pub kind: TableKind,
    pub comment: Option<String>,
    /// Why a view cannot be read, in the server's own words.
    pub broken: Option<String>,
}

/// A row of `COLUMNS`.
pub struct ColumnRow {
    pub table: Name,
    pub name: String,
    pub data_type: String,
    pub column_type: String,
    pub nullable: bool,
    pub default: Option<String>,
    pub comment: Option<String>,
}

/// Puts the databases in place of the current one.
fn within(sql: &str, schemas: &[String]) -> String {
    let list = quote::literals(schemas.iter().map(String::as_str));
    sql.replace("DATABASE()", &list)
}

/// Lets the server itself end a statement that takes too long.
pub fn limited(server: &Server, sql: &str, limit: Duration) -> String {
    let select = sql.find("SELECT").unwrap_or(0);
    let statement = &sql[select..];
    match server.flavour {
        Flavour::MySql => {
            let statement = statement.strip_prefix("SELECT").unwrap_or(statement);
            let milliseconds = limit.as_millis().max(1);
            format!("SELECT /*+ MAX_EXECUTION_TIME({milliseconds}) */{statement}")
        }
        Flavour::MariaDb => {
            let seconds = limit.as_secs_f64();
            format!("SET STATEMENT max_statement_time = {seconds:.3} FOR {statement}")
        }
    }
}

pub async fn schemas(client: &mut Client) -> Result<Vec<String>, Failure> {
    let sql = include_str!("sql/schemas.sql");
    client.read(sql, SCHEMAS, |row| row.text(0)).await
}

/// A name in the first two columns, where it is in one of the databases that were asked for.
fn name(row: &Row, wanted: &HashSet<&str>) -> Option<Name> {
    let name = (row.text(0)?, row.text(1)?);
    wanted.contains(name.0.as_str()).then_some(name)
}

fn set(schemas: &[String]) -> HashSet<&str> {
    schemas.iter().map(String::as_str).collect()
}

pub async fn tables(client: &mut Client, schemas: &[String]) -> Result<Vec<TableRow>, Failure> {
    let sql = within(include_str!("sql/tables.sql"), schemas);
    let wanted = set(schemas);
    let tables = client.read(&sql, limits::TABLES, |row| table(row, &wanted));
    let mut tables = tables.await?;
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

fn table(row: &Row, wanted: &HashSet<&str>) -> Option<TableRow> {
    let engine = row.string(3).to_ascii_uppercase();
    let partitioned = row
        .string(4)
        .split(' ')
        .any(|option| option == "partitioned");
    let kind = match row.string(2).as_str() {
        // MariaDB keeps a sequence as a table of one row; it has no rows of anybody's.
        "SEQUENCE" | "TEMPORARY SEQUENCE" | "TEMPORARY" => return None,
        "VIEW" | "SYSTEM VIEW" => TableKind::View,
        "SYSTEM VERSIONED" => TableKind::SystemVersioned,
        _ if matches!(engine.as_str(), "FEDERATED" | "CONNECT" | "SPIDER") => {
            TableKind::ForeignTable
        }
        _ if partitioned => TableKind::PartitionedTable,
        _ => TableKind::Table,
    };
    let comment = row.text(5).filter(|c| !c.is_empty());
    let (comment, broken) = match (kind, comment) {
        // A view has no comment: it says "VIEW" there, or what is wrong with it (error 1356).
        (TableKind::View, Some(said)) if said != "VIEW" && said != "SYSTEM VIEW" => {
            (None, Some(said))
        }
        (TableKind::View, _) => (None, None),
        (_, comment) => (comment, None),
    };
    Some(TableRow {
        name: name(row, wanted)?,
        kind,
        comment,
        broken,
    })
}

/// The estimates of rows, where they can be had in time.
pub async fn estimates(
    client: &mut Client,
    server: &Server,
    schemas: &[String],
    limit: Duration,
) -> Result<HashMap<Name, u64>, Failure> {
    if server.is_mysql_since(8, 0) {
        // MySQL answers from figures up to a day old. Only this query asks for any.
        let fresh = client.execute("SET SESSION information_schema_stats_expiry = 0");
        refusal_is_fine(fresh.await)?;
    }
    let sql = within(include_str!("sql/statistics.sql"), schemas);
    let sql = limited(server, &sql, limit);
    let wanted = set(schemas);
    let read = client.read(&sql, limits::TABLES, |row| {
        Some((name(row, &wanted)?, row.number(2)?))
    });
    match read.await {
        Ok(found) => Ok(found.into_iter().collect()),
        Err(Failure::Server(_)) => Ok(HashMap::new()),
        Err(other) => Err(other),
    }
}

pub async fn columns(
    client: &mut Client,
    server: &Server,
    schemas: &[String],
) -> Result<Vec<ColumnRow>, Failure> {
    let sql = within(include_str!("sql/columns.sql"), schemas);
    let wanted = set(schemas);
    // MariaDB prints the expression, so the lack of a default is the word NULL, and a text has quotes.
    let is_default = |text: &String| server.flavour == Flavour::MySql || text != "NULL";
    client
        .read(&sql, limits::COLUMNS, |row| {
            Some(ColumnRow {
                table: name(row, &wanted)?,
                name: row.string(2),
                data_type: row.string(3),
                column_type: row.string(4),
                nullable: row.bytes(5) == Some(b"YES"),
                default: row.text(6).filter(is_default),
                comment: row.text(7).filter(|c| !c.is_empty()),
            })
        })
        .await
}

pub async fn primary_keys(
    client: &mut Client,
    schemas: &[String],
) -> Result<Vec<(Name, String)>, Failure> {
    let sql = within(include_str!("sql/primary_keys.sql"), schemas);
    let wanted = set(schemas);
    client
        .read(&sql, limits::COLUMNS, |row| {
            Some((name(row, &wanted)?, row.text(2)?))
        })
        .await
}

/// `json_valid(…)` of every check of `MariaDB` that is no more than that, by table.
pub async fn json_checks(
    client: &mut Client,
    schemas: &[String],
) -> Result<HashSet<(Name, String)>, Failure> {
    let sql = within(include_str!("sql/json_checks.sql"), schemas);
    let wanted = set(schemas);
    let read = client.read(&sql, limits::COLUMNS, |row| {
        Some((name(row, &wanted)?, row.text(2)?))
    });
    match read.await {
        Ok(found) => Ok(found.into_iter().collect()),
        // Before 10.2.22 there is no such view; JSON then shows as the longtext that it is.
        Err(Failure::Server(_)) => Ok(HashSet::new()),
        Err(other) => Err(other),
    }
}

/// For a statement that a look-alike may not know and that is not needed.
pub fn refusal_is_fine(result: Result<(), Failure>) -> Result<(), Failure> {
    match result {
        Err(Failure::Server(_)) => Ok(()),
        other => other,
    }
}
