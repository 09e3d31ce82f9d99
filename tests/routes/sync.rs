//! Copying tables of sources into the workspace's own store, as callers see it.

use std::path::PathBuf;

use reqwest::Method;
use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

const SHOP: &str = "
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, rating REAL, photo BLOB);
  CREATE TABLE visits (customer_id INTEGER, at TEXT, note);
  CREATE VIEW good AS SELECT * FROM customers WHERE rating > 4;
  INSERT INTO customers VALUES (1, 'Ada', -0.0, x'00ff'), (2, 'Grün', NULL, NULL), (7, '', 1e308, x'');
  INSERT INTO visits VALUES (1, '2024-02-29', 5), (1, '2024-02-29', '5'), (NULL, NULL, 0.5);";

/// Where a file of the source is.
fn file(app: &TestApp, name: &str) -> PathBuf {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    files.join(format!("{name}.sqlite"))
}

/// Runs a script on a file of the source.
fn run(app: &TestApp, name: &str, script: &str) {
    let file = Connection::open(file(app, name)).unwrap();
    file.execute_batch(script).unwrap();
}

async fn connect(app: &TestApp, client: &Client, name: &str, script: &str) -> String {
    run(app, name, script);
    let database = json!({"url": format!("sqlite:{name}.sqlite"), "name": name});
    let connected = client
        .post("/data/connect", json!({"database": database}))
        .await
        .ok();
    connected["source_id"].as_str().unwrap().to_owned()
}

async fn sync(client: &Client, options: Value) -> Value {
    client
        .post("/data/sync", json!({"sync_options": options}))
        .await
        .ok()
}

/// The report of a table.
fn table<'a>(data: &'a Value, name: &str) -> &'a Value {
    let sources = data["sources"].as_array().unwrap().iter();
    let mut tables = sources.flat_map(|source| source["tables"].as_array().unwrap());
    tables.find(|table| table["name"] == name).unwrap()
}

/// The rows of a table's copy, by its first column.
fn copied(app: &TestApp, report: &Value) -> Vec<Vec<Stored>> {
    let folder = app.data_dir().join("workspaces");
    let mut files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = files
        .find(|path| path.extension().is_some_and(|end| end == "sqlite"))
        .unwrap();
    let store = Connection::open(file).unwrap();
    let id = report["id"].as_str().unwrap();
    let of = "SELECT physical FROM headwater_copy WHERE table_id = ?1";
    let physical: String = store.query_row(of, [id], |row| row.get(0)).unwrap();
    let mut statement = store
        .prepare(&format!("SELECT * FROM {physical} ORDER BY 1, 2"))
        .unwrap();
    let width = statement.column_count();
    let rows = statement
        .query_map([], |row| (0..width).map(|at| row.get(at)).collect())
        .unwrap();
    rows.map(Result::unwrap).collect()
}

#[actix_web::test]
async fn a_sync_copies_every_row_as_it_is_and_says_what_it_did() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    let data = sync(&admin, json!({})).await;
    assert_eq!(data["records_processed"], 6);
    assert_eq!(data["state"], "succeeded");
    let customers = table(&data, "customers");
    for (field, expected) in [
        ("status", json!("copied")),
        ("strategy", json!("full_refresh")),
        ("rows_read", json!(3)),
        ("rows_written", json!(3)),
        ("rows_total", json!(3)),
    ] {
        assert_eq!(customers[field], expected, "{field}");
    }
    let rows = copied(&app, customers);
    assert_eq!(
        rows[0][..2],
        [Stored::Integer(1), Stored::Text("Ada".to_owned())]
    );
    assert!(matches!(rows[0][2], Stored::Real(zero) if zero == 0.0));
    assert_eq!(rows[0][3], Stored::Blob(vec![0, 255]));
    assert_eq!(rows[1][2..], [Stored::Null, Stored::Null]);
    assert_eq!(
        rows[2][2..],
        [Stored::Real(1e308), Stored::Blob(Vec::new())]
    );
    let visits = copied(&app, table(&data, "visits"));
    assert_eq!(visits[0], [Stored::Null, Stored::Null, Stored::Real(0.5)]);
    assert_eq!(visits[1][2], Stored::Integer(5));
    assert_eq!(visits[2][2], Stored::Text("5".to_owned()));
    assert_eq!(table(&data, "good")["status"], "skipped");
    let listed = admin.get("/data/list").await.ok();
    assert!(listed[0]["last_synced_at"].is_string());
}

#[actix_web::test]
async fn a_view_is_copied_where_it_is_named() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    let data = sync(&admin, json!({"tables": ["good"]})).await;
    assert_eq!(data["sources"][0]["tables"].as_array().unwrap().len(), 1);
    assert_eq!(table(&data, "good")["rows_written"], 1);
}

#[actix_web::test]
async fn an_incremental_sync_reads_what_is_new_by_the_key_and_says_what_it_cannot_see() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    let incremental = json!({"incremental": true, "batch_size": 1000});
    let first = sync(&admin, incremental.clone()).await;
    assert_eq!(table(&first, "customers")["strategy"], "full_refresh");
    assert_eq!(
        table(&first, "customers")["reason"],
        "It was not copied before."
    );
    let nothing = sync(&admin, incremental.clone()).await;
    let customers = table(&nothing, "customers");
    assert_eq!(customers["strategy"], "upsert");
    assert_eq!(customers["rows_written"], 0);
    assert_eq!(customers["rows_unchanged"], 1);
    run(
        &app,
        "shop",
        "INSERT INTO customers (id, name) VALUES (8, 'New'), (9, 'Newer'); DELETE FROM customers WHERE id = 1",
    );
    let more = sync(&admin, incremental).await;
    let customers = table(&more, "customers");
    assert_eq!(customers["rows_written"], 2);
    assert_eq!(customers["rows_total"], 5);
    assert_eq!(customers["cursor"]["value"], "9");
    let spots = customers["blind_spots"].to_string();
    for spot in [
        "were deleted",
        "Changes of rows",
        "New rows whose `id` is less",
    ] {
        assert!(spots.contains(spot), "{spot}: {spots}");
    }
    assert_eq!(copied(&app, customers).len(), 5);
    // A whole copy sees what is gone.
    let whole = sync(&admin, json!({"mode": "full_refresh"})).await;
    assert_eq!(table(&whole, "customers")["rows_total"], 4);
}

#[actix_web::test]
async fn a_column_that_tells_changes_is_found_or_told_and_rows_are_updated_by_their_key() {
    let app = TestApp::start();
    let admin = app.admin();
    let orders = "
      CREATE TABLE orders (id TEXT PRIMARY KEY, total INT, updated_at TIMESTAMP NOT NULL, seen DATE);
      CREATE INDEX changed ON orders (updated_at);
      INSERT INTO orders VALUES ('a', 1, '2024-01-01T00:00:00', '2024-01-01'), ('b', 2, '2024-01-02T00:00:00', NULL);";
    connect(&app, &admin, "orders", orders).await;
    sync(&admin, json!({"incremental": true})).await;
    run(
        &app,
        "orders",
        "UPDATE orders SET total = 20, updated_at = '2024-01-03T00:00:00' WHERE id = 'b'; \
         INSERT INTO orders VALUES ('c', 3, '2024-01-02T00:00:00', NULL)",
    );
    let second = sync(&admin, json!({"incremental": true})).await;
    let report = table(&second, "orders");
    assert_eq!(report["cursor"]["column"], "updated_at");
    assert_eq!(report["rows_written"], 2, "{report}");
    let rows = copied(&app, report);
    let totals: Vec<_> = rows.iter().map(|row| row[1].clone()).collect();
    assert_eq!(totals, [1, 20, 3].map(Stored::Integer));
    let told = json!({"incremental": true, "cursor_columns": {"orders": "seen"}});
    let told = sync(&admin, told).await;
    assert_eq!(table(&told, "orders")["strategy"], "full_refresh");
    assert_eq!(
        table(&told, "orders")["reason"],
        "The last copy went by `updated_at`."
    );
    let unfit = json!({"incremental": true, "cursor_columns": {"orders": "nothing"}});
    let unfit = admin
        .post("/data/sync", json!({"sync_options": unfit}))
        .await;
    let refused = unfit.failed(422, "sync_failed");
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("no column `nothing`")
    );
}

#[actix_web::test]
async fn a_table_that_changed_is_read_whole_and_that_is_said() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    sync(&admin, json!({"incremental": true})).await;
    run(
        &app,
        "shop",
        "ALTER TABLE customers ADD COLUMN country TEXT DEFAULT 'NO'",
    );
    let data = sync(&admin, json!({"incremental": true})).await;
    let customers = table(&data, "customers");
    assert_eq!(customers["strategy"], "full_refresh");
    assert_eq!(
        customers["schema_changes"],
        json!(["The column `country` was added."])
    );
    let rows = copied(&app, customers);
    assert!(
        rows.iter()
            .all(|row| row[4] == Stored::Text("NO".to_owned()))
    );
}

#[actix_web::test]
async fn one_table_that_fails_leaves_its_copy_and_the_others() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    sync(&admin, json!({})).await;
    run(
        &app,
        "shop",
        "ALTER TABLE visits RENAME TO w; CREATE VIEW visits AS SELECT abs(-9223372036854775808) AS n, 1 AS m; \
        INSERT INTO customers (id, name) VALUES (8, 'New')",
    );
    let data = sync(&admin, json!({"tables": ["customers", "visits"]})).await;
    assert_eq!(data["state"], "partial");
    assert_eq!(table(&data, "customers")["rows_total"], 4);
    let failed = table(&data, "visits");
    assert_eq!(failed["status"], "failed");
    assert!(
        failed["error"]["server_message"]
            .as_str()
            .unwrap()
            .contains("overflow"),
        "{failed}"
    );
    assert_eq!(copied(&app, failed).len(), 3);
}

#[actix_web::test]
async fn a_table_that_is_named_and_gone_is_told_and_keeps_its_copy() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    sync(&admin, json!({})).await;
    run(&app, "shop", "ALTER TABLE visits RENAME TO moved");
    let body = json!({"sync_options": {"tables": ["customers", "visits"]}});
    let data = admin.post("/data/sync", body).await.ok();
    assert_eq!(data["state"], "partial");
    let gone = table(&data, "visits");
    assert_eq!(
        (&gone["status"], &gone["error"]["message"]),
        (&json!("failed"), &json!("It is not there any more."))
    );
    assert_eq!(copied(&app, gone).len(), 3);
    assert_eq!(table(&data, "customers")["status"], "copied");
}

#[actix_web::test]
async fn a_job_is_started_shown_followed_and_listed() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin, "shop", SHOP).await;
    let body = json!({"sync_options": {"wait": false}});
    let started = admin.post("/data/sync", body).await;
    assert_eq!(started.status, 202);
    let id = started.body["data"]["job_id"].as_str().unwrap().to_owned();
    let path = format!("/data/default/jobs/{id}/events");
    let events = admin.request(Method::GET, &path).send().await.unwrap();
    let events = events.text().await.unwrap();
    let last = events.trim_end().split("\n\n").last().unwrap();
    assert!(last.contains("event: end\n"), "{events}");
    let job = admin.get(&format!("/data/default/jobs/{id}")).await.ok();
    assert_eq!(job["state"], "succeeded");
    assert_eq!(job["result"]["records_processed"], 6);
    assert_eq!(job["progress"]["rows_done"], 6);
    let jobs = admin.get("/data/jobs").await.ok();
    assert_eq!(jobs[0]["id"], id.as_str());
    // What has ended stays as it is.
    let cancelled = admin
        .post(&format!("/data/default/jobs/{id}/cancel"), json!({}))
        .await
        .ok();
    assert_eq!(cancelled["state"], "succeeded");
    let again = admin
        .post(&format!("/data/default/jobs/{id}/resume"), json!({}))
        .await;
    again.failed(409, "conflict");
}

#[actix_web::test]
async fn what_is_not_there_is_named() {
    let app = TestApp::start();
    let admin = app.admin();
    let source = connect(&app, &admin, "shop", SHOP).await;
    let body =
        json!({"source_ids": [source, "source_none"], "sync_options": {"tables": ["custom"]}});
    let refused = admin
        .post("/data/sync", body)
        .await
        .failed(404, "not_found");
    assert_eq!(
        refused["error"]["details"]["missing"],
        json!(["custom", "source_none"])
    );
    let body = json!({"sync_options": {"batch_size": 0}});
    admin
        .post("/data/sync", body)
        .await
        .failed(400, "invalid_field");
}

#[actix_web::test]
async fn copies_go_with_their_source_and_with_their_workspace() {
    let app = TestApp::start();
    let admin = app.admin();
    let source = connect(&app, &admin, "shop", SHOP).await;
    let data = sync(&admin, json!({})).await;
    let customers = table(&data, "customers").clone();
    let body = json!({"source_ids": [customers["id"]]});
    admin.post("/data/cleanup", body).await.ok();
    let kept = |app: &TestApp| {
        let folder = app.data_dir().join("workspaces");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let file = files
            .into_iter()
            .find(|path| path.extension().is_some_and(|end| end == "sqlite"));
        let store = Connection::open(file?).unwrap();
        let count = "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'copy_*'";
        Some(
            store
                .query_row(count, [], |row| row.get::<_, i64>(0))
                .unwrap(),
        )
    };
    assert_eq!(kept(&app), Some(1));
    admin
        .post("/data/cleanup", json!({"source_ids": [source]}))
        .await
        .ok();
    assert_eq!(kept(&app), Some(0));
    connect(&app, &admin, "shop", "").await;
    sync(&admin, json!({})).await;
    admin
        .post("/workspaces/default/delete", json!({}))
        .await
        .ok();
    assert_eq!(kept(&app), None);
}
