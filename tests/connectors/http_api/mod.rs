//! APIs: servers of a few lines, asked through the library's own interface.

pub mod fake;
mod hostile;
mod login;
mod pages;
mod reading;
mod tls;

use headwater::connectors::read::{TableRead, channel};
use headwater::connectors::{Chunk, ConnectorError, Selection, Session};
use headwater::rows::{Cell, Row};
use headwater::schema::{Schema, Table, TableKind, TableRef};
use serde_json::{Value, json};

use crate::support::source::{Attempt, connect};
use fake::Api;

/// Connects to an API with one endpoint `t` at `/t`, and `more` of its fields.
async fn endpoint(api: &Api, more: Value) -> Attempt {
    let mut endpoint = json!({"name": "t", "path": "/t"});
    for (name, value) in more.as_object().unwrap() {
        endpoint[name] = value.clone();
    }
    connect(json!({"base_url": api.url(), "endpoints": [endpoint]})).await
}

async fn schema(session: &mut Box<dyn Session>) -> Schema {
    session.introspect(&Selection::default()).await.unwrap()
}

async fn table(session: &mut Box<dyn Session>) -> Table {
    let mut schema = schema(session).await;
    assert!(schema.unreadable.is_empty(), "{:?}", schema.unreadable);
    schema.tables.remove(0)
}

/// All rows of a table are wanted, and what fields come up.
fn all(table: &Table) -> TableRead {
    TableRead {
        table: TableRef {
            schema: None,
            name: table.name.clone(),
        },
        kind: TableKind::Table,
        query: None,
        columns: table.columns.clone(),
        open_columns: true,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

/// What was read: the names of the columns as they were told last, and each row.
type Read = (Vec<String>, Vec<Vec<Value>>);

async fn read(session: &mut Box<dyn Session>, wanted: &TableRead) -> Result<Read, ConnectorError> {
    let (mut outlet, mut inlet) = channel(4, 1_000);
    let reading = async move {
        let read = session.read_table(wanted, &mut outlet).await;
        drop(outlet);
        read
    };
    let taking = async {
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        while let Some(chunk) = inlet.next().await {
            match chunk {
                Chunk::Columns(told) => columns = told.into_iter().map(|c| c.name).collect(),
                Chunk::Rows(batch) => rows.extend(batch.rows().map(values)),
                Chunk::Largest(value) => panic!("{value}"),
            }
        }
        (columns, rows)
    };
    let (read, taken) = tokio::join!(reading, taking);
    read.map(|()| taken)
}

fn values(row: Row<'_>) -> Vec<Value> {
    let value = |cell| match cell {
        Cell::Null => Value::Null,
        Cell::Integer(value) => json!(value),
        Cell::Real(value) => json!(value),
        Cell::Text(text) => json!(text),
        Cell::Blob(bytes) => json!(bytes),
    };
    row.cells().map(value).collect()
}

/// The rows of the one table of a session.
async fn rows(session: &mut Box<dyn Session>) -> Vec<Vec<Value>> {
    let wanted = all(&table(session).await);
    read(session, &wanted).await.unwrap().1
}
