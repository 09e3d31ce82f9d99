//! The screens of a source's schema: its tables, its diagram, what changed in it.

use ::mongodb::bson::{Document, doc};
use ::mongodb::options::{ClientOptions, Credential, ServerAddress};
use serde_json::{Value, json};
use tokio_postgres::{Config, NoTls};

use super::{demo, page};
use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::servers::{admin_password, chosen, mongodb, postgres_port};

/// Connects a source and reads its schema, so that the page finds it read.
async fn connect(app: &TestApp, database: Value) -> (Client, String) {
    let client = app.caller("demo", "demo");
    let connected = client.connect(database).await;
    let id = connected["source_id"].as_str().unwrap().to_owned();
    let path = format!("/data/default/schema?source_id={id}");
    client.get(&path).await.ok();
    (client, id)
}

/// A file of SQLite below the server's files folder, made by statements.
fn sqlite(app: &TestApp, name: &str, sql: &str) -> Value {
    let folder = app.data_dir().join("files");
    let file = rusqlite::Connection::open(folder.join(name)).unwrap();
    file.execute_batch(sql).unwrap();
    let stem = name.split('.').next();
    json!({ "url": format!("sqlite:{name}"), "name": stem })
}

/// Tables that refer to each other, with hardly anything else in them.
fn many(count: usize) -> String {
    use std::fmt::Write as _;

    let mut sql = String::from("BEGIN;");
    for at in 0..count {
        let _ = write!(
            sql,
            "CREATE TABLE t_{at:04} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, amount NUMERIC(12,2), at TIMESTAMP"
        );
        if at > 0 {
            let parent = (at - 1) / 3;
            let _ = write!(
                sql,
                ", parent INTEGER NOT NULL REFERENCES t_{parent:04} (id)"
            );
        }
        if at > 20 {
            let other = at * 7 % 20;
            let _ = write!(sql, ", other INTEGER REFERENCES t_{other:04} (id)");
        }
        sql.push_str(");");
    }
    sql.push_str("COMMIT;");
    sql
}

#[actix_web::test]
async fn a_schema_is_browsed_searched_copied_and_compared_with_what_it_was() {
    let (app, token) = demo();
    let database = sqlite(
        &app,
        "moving.sqlite",
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, total INTEGER);
         CREATE TABLE notes (id INTEGER PRIMARY KEY);",
    );
    let (client, id) = connect(&app, database).await;
    sqlite(
        &app,
        "moving.sqlite",
        "ALTER TABLE bills ADD COLUMN paid_at TIMESTAMP; DROP TABLE notes;
         CREATE TABLE \"<img src=x onerror=alert(1)>\" (\"a`b\"\"c\" TEXT DEFAULT '</script>');",
    );
    let again = format!("/data/default/schema?source_id={id}&refresh=true");
    client.get(&again).await.ok();
    page("schema").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn a_reading_is_shown_goes_on_without_the_page_and_is_stopped_by_it() {
    let (app, token) = demo();
    page("schema_reading").with("PAGE_TOKEN", token).run(&app);
}

#[actix_web::test]
async fn a_diagram_grows_moves_and_is_exported() {
    let (app, token) = demo();
    connect(&app, sqlite(&app, "wide.sqlite", &many(500))).await;
    page("diagram").with("PAGE_TOKEN", token).run(&app);
}

#[actix_web::test]
async fn a_schema_of_5000_tables_opens_at_once_and_scrolls() {
    if !chosen("chromium") {
        return;
    }
    let (app, token) = demo();
    connect(&app, sqlite(&app, "large.sqlite", &many(5000))).await;
    page("schema_large").with("PAGE_TOKEN", token).run(&app);
}

#[actix_web::test]
async fn enums_comments_and_partitions_of_postgres_are_shown() {
    let Some(port) = postgres_port() else { return };
    let name = format!("page_{}", std::process::id());
    let create = format!("CREATE DATABASE {name} TEMPLATE template0");
    run_sql(port, "postgres", &create).await;
    run_sql(port, &name, include_str!("schemas.sql")).await;
    let (app, token) = demo();
    let database = json!({
        "databaseType": "postgresql", "host": "127.0.0.1", "port": port, "username": "headwater_admin",
        "password": admin_password(), "database": name, "name": "sales",
    });
    connect(&app, database).await;
    page("schema_postgres").with("PAGE_TOKEN", token).run(&app);
}

async fn run_sql(port: u16, database: &str, sql: &str) {
    let (client, connection) = Config::new()
        .host("127.0.0.1")
        .port(port)
        .user("headwater_admin")
        .password(admin_password())
        .dbname(database)
        .connect(NoTls)
        .await
        .unwrap();
    let running = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    running.await.unwrap().unwrap();
}

#[actix_web::test]
async fn documents_of_mongodb_are_shown_as_a_tree() {
    let Some(server) = mongodb() else { return };
    let name = format!("page_{}", std::process::id());
    let login = Credential::builder()
        .username("headwater_admin".to_owned())
        .password(admin_password())
        .source("admin".to_owned());
    let address = ServerAddress::Tcp {
        host: "127.0.0.1".to_owned(),
        port: Some(server.port),
    };
    let options = ClientOptions::builder()
        .hosts(vec![address])
        .credential(login.build())
        .direct_connection(true);
    let maker = ::mongodb::Client::with_options(options.build()).unwrap();
    let database = maker.database(&name);
    let customers = (0..20).map(|at| doc! { "_id": at, "name": format!("Customer {at}") });
    let customers: Vec<Document> = customers.collect();
    let made = database.collection::<Document>("customers");
    made.insert_many(customers).await.unwrap();
    let orders = (0..20).map(|at| {
        let mut order = doc! {
            "_id": at, "customer_id": at, "lines": [{ "sku": format!("s{at}"), "price": { "amount": 1.5, "currency": "EUR" } }],
        };
        if at % 4 == 0 {
            order.insert("note", if at == 0 { None } else { Some("gift") });
        }
        order
    });
    let orders: Vec<Document> = orders.collect();
    let made = database.collection::<Document>("orders");
    made.insert_many(orders).await.unwrap();
    maker.shutdown().await;
    let (app, token) = demo();
    let database = json!({
        "databaseType": "mongodb", "host": "127.0.0.1", "port": server.port, "username": "headwater_admin",
        "password": admin_password(), "database": name, "name": "documents", "options": { "authSource": "admin" },
    });
    connect(&app, database).await;
    page("schema_mongodb").with("PAGE_TOKEN", token).run(&app);
}
