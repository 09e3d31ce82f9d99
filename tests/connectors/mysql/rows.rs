//! Reading rows: what every test of it needs.

mod fidelity;
mod leaving;
mod queries;
mod wanted;

use headwater::connectors::read::Outlet;
use headwater::connectors::{ConnectorError, Selection, Session, TableRead};
use headwater::rows::RowColumn;
use headwater::schema::{Column, DataType, TableKind, TableRef};

use crate::support::rows::{Owned, taken};

/// What came out.
#[derive(Debug, Default, PartialEq)]
pub struct Read {
    pub columns: Vec<RowColumn>,
    pub rows: Vec<Vec<String>>,
}

impl Read {
    /// The first column.
    pub fn first(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row[0].as_str()).collect()
    }
}

/// A value with its form before it.
fn shown(value: &Owned) -> String {
    match value {
        Owned::Null => "null".to_owned(),
        Owned::Integer(number) => format!("i {number}"),
        Owned::Real(number) => format!("r {number:?}"),
        Owned::Text(text) => format!("t {text}"),
        Owned::Blob(bytes) => {
            format!("b {}", data_encoding::HEXLOWER.encode(bytes))
        }
    }
}

/// All that a session puts into the outlet that it is given; each value has the form of its column
/// and stays itself in a copy.
pub async fn collected(
    read: impl AsyncFnOnce(&mut Outlet) -> Result<(), ConnectorError>,
) -> Result<Read, ConnectorError> {
    let answer = taken(read).await?;
    answer.keeps_its_word();
    if !answer.columns.is_empty() {
        answer.stays_itself_in_a_copy(true);
    }
    let rows = answer.rows.iter();
    Ok(Read {
        rows: rows.map(|row| row.iter().map(shown).collect()).collect(),
        columns: answer.columns,
    })
}

/// The rows of a table.
pub async fn read(session: &mut dyn Session, read: &TableRead) -> Result<Read, ConnectorError> {
    collected(async |out| session.read_table(read, out).await).await
}

/// All of a table, as the schema has it.
pub async fn whole(session: &mut dyn Session, database: &str, table: &str) -> TableRead {
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let found = schema.tables.into_iter().find(|found| found.name == table);
    wanted(database, table, found.unwrap().columns)
}

/// All rows of these columns.
pub fn wanted(database: &str, table: &str, columns: Vec<Column>) -> TableRead {
    TableRead {
        table: TableRef {
            schema: Some(database.to_owned()),
            name: table.to_owned(),
        },
        kind: TableKind::Table,
        query: None,
        columns,
        open_columns: false,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

/// A column of a type.
pub fn column(name: &str, logical_type: DataType) -> Column {
    Column {
        name: name.to_owned(),
        logical_type,
        ..Column::default()
    }
}
