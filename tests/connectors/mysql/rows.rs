//! Reading rows: what every test of it needs.

mod fidelity;
mod leaving;
mod queries;
mod wanted;

use headwater::connectors::read::{Chunk, Outlet, channel};
use headwater::connectors::{ConnectorError, Selection, Session, TableRead};
use headwater::rows::{Cell, Row, RowColumn};
use headwater::schema::{Column, DataType, TableKind, TableRef};

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
fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Integer(number) => format!("i {number}"),
        Cell::Real(number) => format!("r {number:?}"),
        Cell::Text(text) => format!("t {text}"),
        Cell::Blob(bytes) => {
            format!("b {}", data_encoding::HEXLOWER.encode(bytes))
        }
    }
}

/// All that a session puts into the outlet that it is given.
pub async fn collected<F>(read: impl FnOnce(Outlet) -> F) -> Result<Read, ConnectorError>
where
    F: Future<Output = Result<(), ConnectorError>>,
{
    let (outlet, mut inlet) = channel(2, 1000);
    let taking = async {
        let mut found = Read::default();
        while let Some(chunk) = inlet.next().await {
            match chunk {
                Chunk::Columns(columns) => found.columns = columns,
                Chunk::Rows(batch) => {
                    let rows = batch
                        .rows()
                        .map(|row: Row<'_>| row.cells().map(shown).collect());
                    found.rows.extend(rows);
                    inlet.give_back(batch);
                }
            }
        }
        found
    };
    let (done, found) = tokio::join!(read(outlet), taking);
    done.map(|()| found)
}

/// The rows of a table.
pub async fn read(session: &mut dyn Session, read: &TableRead) -> Result<Read, ConnectorError> {
    collected(async |mut out| session.read_table(read, &mut out).await).await
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
