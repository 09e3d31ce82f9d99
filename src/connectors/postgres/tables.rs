//! Tables, from `pg_class`.

use super::error::DROPPED;
use super::reader::{Reader, Row};
use super::text::{array, filled};
use crate::connectors::{ConnectorError, ErrorKind, Selection, limits};
use crate::schema::TableKind;

/// A table, as the catalog has it.
pub struct TableRow {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    pub kind: TableKind,
    pub estimate: Option<u64>,
    pub readable: bool,
    pub comment: Option<String>,
    /// Whether it is among those that are wanted; what is wanted can refer to others.
    pub selected: bool,
}

/// The selection in the form that the catalog queries take; they share their filter.
pub fn narrowed(sql: &str, selection: &Selection) -> String {
    narrowed_past(sql, selection, "{}")
}

/// The same, for queries that pass by what others have `locked`: object ids, in the text form of an
/// array.
pub fn narrowed_past(sql: &str, selection: &Selection, locked: &str) -> String {
    let schema = selection.schema.as_deref().unwrap_or_default();
    let tables = array(selection.tables.iter().map(String::as_str));
    let variables = [("schema", schema), ("tables", &*tables), ("locked", locked)];
    filled(sql, &variables)
}

/// The tables, by schema and name: the selected ones, and others, which are marked.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<TableRow>, ConnectorError> {
    let (mut tables, mut selected) = (Vec::new(), 0);
    let sql = narrowed(include_str!("sql/tables.sql"), selection);
    let take = |row: Row<'_>| {
        let mut table = match table(&row) {
            // Rights to a table that was dropped in the meantime are unknown.
            Err(error) if error.reason == Some(DROPPED) => return Ok(()),
            table => table?,
        };
        table.selected = selection.has_table(Some(&table.schema), &table.name);
        selected += usize::from(table.selected);
        tables.push(table);
        within(selected, limits::TABLES, "tables")?;
        within(tables.len(), limits::COLUMNS, "tables")
    };
    reader.each(&sql, take).await?;
    Ok(tables)
}

fn table(row: &Row<'_>) -> Result<TableRow, ConnectorError> {
    Ok(TableRow {
        oid: row.number(0)?,
        schema: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        kind: kind(row.text(3)?),
        estimate: row.optional(4)?.and_then(|n| n.parse().ok()),
        readable: row.flag(5)?,
        comment: row.owned(6)?,
        selected: true,
    })
}

/// `pg_class.relkind`; of a partition, whatever it is itself, that it is one.
fn kind(word: &str) -> TableKind {
    match word {
        "partition" => TableKind::Partition,
        "p" => TableKind::PartitionedTable,
        "v" => TableKind::View,
        "m" => TableKind::MaterializedView,
        "f" => TableKind::ForeignTable,
        _ => TableKind::Table,
    }
}

/// Keeps what is read within a limit.
pub fn within(count: usize, limit: usize, what: &str) -> Result<(), ConnectorError> {
    if count <= limit {
        return Ok(());
    }
    Err(ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("The database has more than {limit} {what}."),
        "Choose one schema, or the tables that are wanted.",
    ))
}
