//! Reading documents as rows.

mod conditions;
mod documents;
mod faults;
mod query;
mod snapshot;

use headwater::connectors::read::TableRead;
use headwater::connectors::{ConnectorError, Session};
use headwater::schema::{Column, TableKind, TableRef};
use mongodb::Database;
use mongodb::bson::Document;
use serde_json::{Value, json};

use super::{admin, as_admin, connect, fresh};
use crate::support::rows::{Answer, Owned, taken};

async fn read(session: &mut dyn Session, read: &TableRead) -> Result<Answer, ConnectorError> {
    taken(async |out| session.read_table(read, out).await).await
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
