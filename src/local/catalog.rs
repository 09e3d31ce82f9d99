//! What the tables of a file are the copies of.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, named_params};
use serde::{Deserialize, Serialize};

use super::LocalError;
use super::columns::{quoted, same_form};
use crate::model::{SourceId, TableId};
use crate::rows::RowColumn;
use crate::schema::DataType;

/// The version of the catalog, in `user_version`.
const VERSION: i64 = 1;

/// What the names of the tables of copies begin with; a number follows.
const PREFIX: &str = "copy_";

/// A copy of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// Of which table.
    pub table: TableId,
    /// Of which source.
    pub source: SourceId,
    /// The name of the table that holds it.
    pub physical: String,
    /// Its columns, in order.
    pub columns: Vec<CopyColumn>,
    /// The names, in the copy, of the columns that tell its rows apart, which are indexed; empty where none do.
    pub key: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// When it was last brought to the state of its source, in milliseconds since 1970.
    pub synced_at: i64,
    /// From where the next copy goes on, as whoever copies keeps it.
    pub cursor: Option<serde_json::Value>,
}

impl Copy {
    /// Whether it has room for rows of these columns: its own, in the same order and in the same
    /// forms, with none or some behind them.
    #[must_use]
    pub fn takes(&self, columns: &[RowColumn]) -> bool {
        columns.len() >= self.columns.len()
            && self.columns.iter().zip(columns).all(|(own, column)| {
                own.source_name == column.name && same_form(&own.logical_type, &column.logical_type)
            })
    }
}

/// A column of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyColumn {
    /// Its name in the copy.
    pub name: String,
    /// Its name at the source.
    pub source_name: String,
    /// Its type at the source.
    #[serde(rename = "type")]
    pub native_type: String,
    /// Our own family of types, which says in which form its values stand (see [`crate::rows`]).
    pub logical_type: DataType,
}

/// Makes the catalog where it is missing.
pub fn make(conn: &mut Connection) -> Result<(), LocalError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > VERSION {
        return Err(LocalError::Newer);
    }
    if version == 0 {
        tx.execute_batch(include_str!("catalog.sql"))?;
        tx.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(tx.commit()?)
}

/// Drops the tables that no copy is in.
pub fn drop_rubbish(conn: &Connection) -> Result<(), LocalError> {
    let names: Vec<String> = conn
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?1 || '[0-9]*'
             AND name NOT IN (SELECT physical FROM headwater_copy) ORDER BY name",
        )?
        .query_map([PREFIX], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    names.iter().try_for_each(|name| drop_table(conn, name))
}

/// Drops a table of copied rows.
pub fn drop_table(conn: &Connection, physical: &str) -> Result<(), LocalError> {
    Ok(conn.execute_batch(&format!("DROP TABLE IF EXISTS {}", quoted(physical)))?)
}

/// A name for another table that no table of this file ever had.
pub fn next_name(conn: &Connection) -> Result<String, LocalError> {
    let number: i64 = conn.query_row(
        "UPDATE headwater_number SET next = next + 1 RETURNING next - 1",
        [],
        |row| row.get(0),
    )?;
    Ok(format!("{PREFIX}{number}"))
}

/// Keeps a copy in place of the last one of its table. Answers the table that held that.
pub fn put(conn: &Connection, copy: &Copy) -> Result<Option<String>, LocalError> {
    let last = conn
        .query_row(
            "SELECT physical FROM headwater_copy WHERE table_id = ?1",
            [copy.table.as_str()],
            |row| row.get::<_, String>(0),
        )
        .optional()?;
    conn.execute(
        "INSERT OR REPLACE INTO headwater_copy
             (table_id, source_id, physical, columns, key, rows, synced_at, cursor)
         VALUES (:table, :source, :physical, :columns, :key, :rows, :synced_at, :cursor)",
        named_params! {
            ":table": copy.table.as_str(),
            ":source": copy.source.as_str(),
            ":physical": copy.physical,
            ":columns": serde_json::to_string(&copy.columns)?,
            ":key": serde_json::to_string(&copy.key)?,
            ":rows": i64::try_from(copy.rows).unwrap_or(i64::MAX),
            ":synced_at": copy.synced_at,
            ":cursor": copy.cursor.as_ref().map(ToString::to_string),
        },
    )?;
    Ok(last.filter(|name| *name != copy.physical))
}

/// Notes when a copy was last of the state of its table.
pub fn confirm(conn: &Connection, copy: &Copy, synced_at: i64) -> Result<(), LocalError> {
    conn.execute(
        "UPDATE headwater_copy SET synced_at = ?1 WHERE table_id = ?2 AND physical = ?3",
        (synced_at, copy.table.as_str(), &copy.physical),
    )?;
    Ok(())
}

/// All copies, by table.
pub fn list(conn: &Connection) -> Result<Vec<Copy>, LocalError> {
    let mut statement = conn.prepare("SELECT * FROM headwater_copy ORDER BY table_id")?;
    let mut rows = statement.query([])?;
    let mut copies = Vec::new();
    while let Some(row) = rows.next()? {
        copies.push(read(row)?);
    }
    Ok(copies)
}

/// The copy of a table.
pub fn get(conn: &Connection, table: &TableId) -> Result<Option<Copy>, LocalError> {
    let mut statement = conn.prepare("SELECT * FROM headwater_copy WHERE table_id = ?1")?;
    let mut rows = statement.query([table.as_str()])?;
    rows.next()?.map(read).transpose()
}

/// Lets go of copies, and then of the tables that held them.
pub fn remove(
    conn: &mut Connection,
    tables: &[TableId],
    sources: &[SourceId],
) -> Result<(), LocalError> {
    let mut physical = Vec::new();
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (sql, ids) in [
        (
            "DELETE FROM headwater_copy WHERE table_id = ?1 RETURNING physical",
            tables.iter().map(TableId::as_str).collect::<Vec<_>>(),
        ),
        (
            "DELETE FROM headwater_copy WHERE source_id = ?1 RETURNING physical",
            sources.iter().map(SourceId::as_str).collect(),
        ),
    ] {
        let mut statement = tx.prepare(sql)?;
        for id in ids {
            let gone = statement.query_map([id], |row| row.get::<_, String>(0))?;
            physical.extend(gone.collect::<Result<Vec<_>, _>>()?);
        }
    }
    tx.commit()?;
    physical.iter().try_for_each(|name| drop_table(conn, name))
}

fn read(row: &Row<'_>) -> Result<Copy, LocalError> {
    let id = |name: &str| row.get::<_, String>(name);
    let json = |name: &str| row.get::<_, String>(name);
    let unreadable = |_| {
        let kind = std::io::ErrorKind::InvalidData;
        LocalError::Unreadable(serde_json::Error::io(kind.into()))
    };
    Ok(Copy {
        table: TableId::parse(&id("table_id")?).map_err(unreadable)?,
        source: SourceId::parse(&id("source_id")?).map_err(unreadable)?,
        physical: row.get("physical")?,
        columns: serde_json::from_str(&json("columns")?)?,
        key: serde_json::from_str(&json("key")?)?,
        rows: u64::try_from(row.get::<_, i64>("rows")?).unwrap_or(0),
        synced_at: row.get("synced_at")?,
        cursor: row
            .get::<_, Option<String>>("cursor")?
            .map(|cursor| serde_json::from_str(&cursor))
            .transpose()?,
    })
}
