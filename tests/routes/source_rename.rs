//! Another name for a source, of which all else stays.

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

/// Connects a file with one table of one row, and answers the source's id.
async fn source(app: &TestApp, client: &Client, name: &str) -> String {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let made = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
    made.execute_batch(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1)",
    )
    .unwrap();
    let database = json!({"url": format!("sqlite:{name}.sqlite"), "name": name});
    let connected = client.connect(database).await;
    connected["source_id"].as_str().unwrap().to_owned()
}

async fn asked(client: &Client, sql: &str) -> Value {
    let body = json!({"source_id": "local", "sql": sql});
    client.post("/data/query", body).await.ok()["rows"].clone()
}

#[actix_web::test]
async fn a_renamed_source_keeps_its_id_tables_schemas_copies_and_jobs() {
    let app = TestApp::start();
    let admin = app.admin();
    let id = source(&app, &admin, "sales").await;
    let schema = format!("/data/schema?source_id={id}");
    admin.post("/data/sync", json!({})).await.ok();
    let before = admin.get(&schema).await.ok();
    let listed = admin.get("/data/list?tables=true").await.ok();

    let path = format!("/data/default/sources/{id}/rename");
    let renamed = admin.post(&path, json!({"name": "  Sales, old "})).await;
    assert_eq!(renamed.ok()["name"], "Sales, old");

    let now = admin.get("/data/list?tables=true").await.ok();
    assert_eq!(now[0]["name"], "Sales, old");
    for kept in ["id", "tables", "schema_captured_at", "last_synced_at"] {
        assert_eq!(now[0][kept], listed[0][kept], "{kept}");
    }
    let after = admin.get(&schema).await.ok();
    assert_eq!(after["name"], "Sales, old");
    for kept in ["captured_at", "fingerprint", "version", "tables"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    let found = admin.get("/data/search?q=orders").await.ok();
    assert_eq!(found["hits"][0]["source"], "Sales, old");
    let rows = asked(&admin, "SELECT id FROM \"Sales, old\".orders").await;
    assert_eq!(rows, json!([[1]]));
    let jobs = admin.get("/data/jobs").await.ok();
    assert_eq!(jobs.as_array().unwrap().len(), 1);
    let tested = json!({"source_id": id});
    admin.post("/data/test-connection", tested).await.ok();
    let again = json!({"url": "sqlite:sales.sqlite", "name": "Sales, old"});
    let connected = admin.connect(again).await;
    assert_eq!(connected["source_id"], id.as_str());
}

#[actix_web::test]
async fn who_has_the_schema_under_the_old_name_gets_it_under_the_new_one() {
    let app = TestApp::start();
    let admin = app.admin();
    let id = source(&app, &admin, "sales").await;
    for format in ["json", "markdown"] {
        let path = format!("/data/schema?source_id={id}&format={format}");
        let ask = |tag: Option<String>| {
            let request = admin.request(Method::GET, &path);
            let tagged = tag.map(|tag| ("If-None-Match", tag));
            tagged
                .into_iter()
                .fold(request, |request, (name, tag)| request.header(name, tag))
                .send()
        };
        let first = ask(None).await.unwrap();
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(ask(Some(tag.clone())).await.unwrap().status(), 304);
        let name = format!("known as {format}");
        let rename = format!("/data/default/sources/{id}/rename");
        admin.post(&rename, json!({"name": name})).await.ok();
        let second = ask(Some(tag)).await.unwrap();
        assert_eq!(second.status(), 200);
        let tag = second.headers()["etag"].to_str().unwrap().to_owned();
        assert!(second.text().await.unwrap().contains(&name));
        assert_eq!(ask(Some(tag)).await.unwrap().status(), 304);
    }
}

#[actix_web::test]
async fn a_name_that_is_taken_or_none_is_refused_and_nothing_changes() {
    let app = TestApp::start();
    let admin = app.admin();
    let id = source(&app, &admin, "sales").await;
    source(&app, &admin, "stock").await;
    let path = format!("/data/default/sources/{id}/rename");
    let taken = admin.post(&path, json!({"name": "stock"})).await;
    let taken = taken.failed(409, "conflict");
    assert_eq!(taken["error"]["details"]["path"], "name");
    for name in ["", "  ", "a\nb"] {
        let refused = admin.post(&path, json!({"name": name})).await;
        let refused = refused.failed(400, "invalid_field");
        assert_eq!(refused["error"]["details"]["path"], "name");
    }
    admin
        .post(&path, json!({}))
        .await
        .failed(400, "missing_field");
    // Its own name is no other one's.
    admin.post(&path, json!({"name": "sales"})).await.ok();
    let nothing = "/data/default/sources/source_nothing/rename";
    let nothing = admin.post(nothing, json!({"name": "x"})).await;
    nothing.failed(404, "not_found");
    let names = admin.get("/data/list").await.ok();
    let names = [&names[0]["name"], &names[1]["name"]];
    assert_eq!(names, ["sales", "stock"]);
}
