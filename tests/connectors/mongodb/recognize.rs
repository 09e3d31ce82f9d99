//! Collections that are as they were: documents are not looked at again for each copy.

use ::mongodb::Database;
use ::mongodb::bson::{Document, doc};
use headwater::connectors::{Selection, Session};
use headwater::schema::Table;
use serde_json::{Value, json};

use super::{admin, as_admin, connect, fresh};
use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::servers;

/// A collection of more documents than a sample has, and one of fewer.
async fn shop(port: u16, name: &str) -> Database {
    let database = admin(port).await.database(&fresh(name));
    let many = (0..60).map(|n| doc! {"_id": n, "total": n});
    orders(&database).insert_many(many).await.unwrap();
    let few = (0..3).map(|n| doc! {"_id": n, "name": "x"});
    let customers = database.collection::<Document>("customers");
    customers.insert_many(few).await.unwrap();
    database
}

fn orders(database: &Database) -> ::mongodb::Collection<Document> {
    database.collection("orders")
}

fn fields(port: u16, database: &Database) -> Value {
    let mut fields = as_admin(port, database.name());
    fields["options"]["sample_size"] = json!(20);
    fields
}

async fn known(session: &mut dyn Session) -> Vec<Table> {
    let schema = session.introspect(&Selection::default()).await.unwrap();
    schema.tables
}

#[tokio::test]
async fn what_the_catalog_or_a_small_collection_tells_otherwise_is_seen() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = shop(server.port, "recognized").await;
    let attempt = connect(fields(server.port, &database)).await;
    let mut session = attempt.session();
    let all = Selection::default();
    let mut before = known(&mut *session).await;
    let step = "nothing happened";
    assert_eq!(session.is_as_known(&all, &before).await, Ok(true), "{step}");
    // A sample might not have had it either; the rows of a copy do.
    let late = doc! {"_id": 100, "late": true};
    orders(&database).insert_one(late).await.unwrap();
    let step = "one document more among many";
    assert_eq!(session.is_as_known(&all, &before).await, Ok(true), "{step}");

    let changes = [
        doc! {"update": "customers", "updates": [{"q": {}, "u": {"$set": {"age": 1}}}]},
        doc! {"createIndexes": "orders", "indexes": [{"key": {"total": 1}, "name": "by_total"}]},
        doc! {"collMod": "orders", "validator": {"total": {"$gte": 0}}},
        doc! {"create": "invoices"},
        doc! {"drop": "invoices"},
        doc! {"create": "recent", "viewOn": "orders", "pipeline": []},
        doc! {"drop": "customers"},
    ];
    for change in changes {
        let step = change.to_string();
        database.run_command(change).await.unwrap();
        assert_eq!(
            session.is_as_known(&all, &before).await,
            Ok(false),
            "{step}"
        );
        before = known(&mut *session).await;
        assert_eq!(session.is_as_known(&all, &before).await, Ok(true), "{step}");
    }
    let none = Selection {
        ignore_tables: ["orders".to_owned(), "recent".to_owned()].into(),
        ..Selection::default()
    };
    assert_eq!(session.is_as_known(&none, &[]).await, Ok(true));
    assert_eq!(session.is_as_known(&all, &[]).await, Ok(false));
}

async fn read_at(client: &Client, source: &str) -> Value {
    let path = format!("/data/default/schema?source_id={source}");
    client.get(&path).await.ok()["captured_at"].clone()
}

#[actix_web::test]
async fn a_copy_looks_at_documents_again_only_where_something_is_different() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = shop(server.port, "copied_again").await;
    let app = TestApp::start();
    let client = app.admin();
    let mut fields = fields(server.port, &database);
    fields["name"] = json!("shop");
    fields["databaseType"] = json!("mongodb");
    let connected = client.connect(fields).await;
    let source = connected["source_id"].as_str().unwrap().to_owned();
    let options = json!({"sync_options": {"incremental": true}});
    let sync = async |rows: u64| {
        let synced = client.post("/data/default/sync", options.clone()).await;
        let synced = synced.ok();
        assert_eq!(synced["errors"].as_array().map_or(0, Vec::len), 0);
        let tables = synced["sources"][0]["tables"].as_array().unwrap();
        let orders = tables.iter().find(|table| table["name"] == "orders");
        assert_eq!(orders.unwrap()["rows_total"], rows, "{synced}");
        read_at(&client, &source).await
    };
    let first = sync(60).await;
    let late = doc! {"_id": 100, "late": true};
    orders(&database).insert_one(late).await.unwrap();
    assert_eq!(sync(61).await, first, "nothing tells of it but the rows");
    let late = "SELECT count(*) AS n FROM shop.orders WHERE late";
    let found = client
        .post(
            "/data/default/query",
            json!({"source_id": "local", "sql": late}),
        )
        .await;
    assert_eq!(found.ok()["rows"], json!([[1]]));

    let index = doc! {"createIndexes": "orders", "indexes": [{"key": {"total": 1}, "name": "t"}]};
    database.run_command(index).await.unwrap();
    let second = sync(61).await;
    assert_ne!(second, first);
    let schema = client
        .get(&format!("/data/default/schema?source_id={source}"))
        .await;
    let tables = schema.ok()["tables"].as_array().unwrap().clone();
    let customers = tables.iter().find(|table| table["name"] == "customers");
    let gone = json!({"source_ids": [customers.unwrap()["id"]]});
    client.post("/data/default/cleanup", gone).await.ok();
    assert_eq!(sync(61).await, second, "what was deleted stays away");
}
