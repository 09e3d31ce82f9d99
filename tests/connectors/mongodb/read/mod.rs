//! Reading documents as rows.

mod conditions;
mod documents;
mod faults;
mod query;
mod snapshot;

use headwater::connectors::read::{Chunk, Inlet, TableRead, channel};
use headwater::connectors::{ConnectorError, Session};
use headwater::rows::RowBatch;
use headwater::rows::{Cell, RowColumn};
use headwater::schema::{Column, TableKind, TableRef};
use mongodb::Database;
use mongodb::bson::Document;
use serde_json::{Value, json};

use super::{admin, as_admin, connect, fresh};

/// A value that outlives its batch.
#[derive(Debug, Clone, PartialEq)]
enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<Cell<'_>> for Owned {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(n) => Self::Integer(n),
            Cell::Real(n) => Self::Real(n),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl From<&str> for Owned {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// All that was read.
#[derive(Debug, Default)]
struct Answer {
    columns: Vec<RowColumn>,
    /// How often columns were told.
    told: usize,
    rows: Vec<Vec<Owned>>,
}

impl Answer {
    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.name.as_str()).collect()
    }

    /// The values of a column; those of rows that came before it was known are nulls.
    fn of(&self, column: &str) -> Vec<Owned> {
        let at = self.names().iter().position(|name| *name == column);
        let at = at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.names()));
        let of = |row: &Vec<Owned>| row.get(at).cloned().unwrap_or(Owned::Null);
        self.rows.iter().map(of).collect()
    }

    fn integers(&self, column: &str) -> Vec<i64> {
        let integer = |value| match value {
            Owned::Integer(n) => n,
            other => panic!("{other:?}"),
        };
        self.of(column).into_iter().map(integer).collect()
    }
}

async fn taken(mut inlet: Inlet) -> Answer {
    let mut answer = Answer::default();
    while let Some(chunk) = inlet.next().await {
        match chunk {
            Chunk::Columns(columns) => {
                assert!(columns.starts_with(&answer.columns), "columns were moved");
                answer.columns = columns;
                answer.told += 1;
            }
            Chunk::Rows(batch) => {
                assert_eq!(batch.width(), answer.columns.len());
                let rows = batch
                    .rows()
                    .map(|row| row.cells().map(Owned::from).collect());
                answer.rows.extend(rows);
                inlet.give_back(batch);
            }
        }
    }
    answer
}

async fn read(session: &mut dyn Session, read: &TableRead) -> Result<Answer, ConnectorError> {
    let (mut out, inlet) = channel(2, RowBatch::ROWS);
    let work = async {
        let read = session.read_table(read, &mut out).await;
        drop(out);
        read
    };
    let (result, answer) = tokio::join!(work, taken(inlet));
    result.map(|()| answer)
}

/// A reading of a collection with these columns.
fn of(database: &str, collection: &str, columns: &[(&str, &str)]) -> TableRead {
    let column = |(name, logical_type): &(&str, &str)| Column {
        name: (*name).to_owned(),
        logical_type: logical_type.parse().unwrap(),
        ..Column::default()
    };
    TableRead {
        table: TableRef {
            schema: Some(database.to_owned()),
            name: collection.to_owned(),
        },
        kind: TableKind::Collection,
        query: None,
        columns: columns.iter().map(column).collect(),
        open_columns: true,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

/// A database with one collection, `things`, and a session for it.
async fn things(port: u16, name: &str, documents: Vec<Document>) -> (Database, Box<dyn Session>) {
    let database = admin(port).await.database(&fresh(name));
    let things = database.collection("things");
    things.insert_many(documents).await.unwrap();
    let session = connect(as_admin(port, database.name())).await.session();
    (database, session)
}

fn local(port: u16) -> Value {
    json!({ "host": "127.0.0.1", "port": port, "database": "shop" })
}
