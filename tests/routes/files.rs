//! Files as sources: sent, connected, read, copied and let go of, as callers see it.

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::app::TestApp;
use crate::support::client::{Answer, Client, send};

async fn upload(client: &Client, name: &str, bytes: impl Into<reqwest::Body>) -> Answer {
    let path = format!("/data/files?name={name}");
    send(client.request(Method::POST, &path).body(bytes)).await
}

async fn connect(client: &Client, name: &str, config: Value) -> Value {
    let source = json!({"type": "file", "name": name, "connection_config": config});
    let answer = client
        .post("/data/connect", json!({"sources": [source]}))
        .await;
    answer.ok()["connected_sources"][0].clone()
}

#[actix_web::test]
async fn a_file_is_sent_connected_described_previewed_and_copied() {
    let app = TestApp::start();
    let admin = app.admin();
    let sent = upload(&admin, "orders.csv", "id,zip,price\n1,007,1.50\n2,12345,\n")
        .await
        .ok();
    assert_eq!(
        (&sent["path"], &sent["size"]),
        (&json!("uploads/orders.csv"), &json!(33))
    );
    let listed = admin.get("/data/files").await.ok();
    assert_eq!(listed[0]["name"], "orders.csv");
    let config = json!({"path": "uploads/orders.csv", "options": {"types": {"id": "int32"}}});
    let tested =
        json!({"source_config": {"type": "file", "name": "o", "connection_config": config}});
    admin.post("/data/test-connection", tested).await.ok();
    let connected = connect(&admin, "orders", config).await;
    assert_eq!(
        (&connected["type"], &connected["engine"]),
        (&json!("file"), &json!("file"))
    );
    let id = connected["id"].as_str().unwrap();
    let schema = admin
        .get(&format!("/data/schema?source_id={id}"))
        .await
        .ok();
    let columns = schema["tables"][0]["columns"].as_array().unwrap();
    let types: Vec<_> = columns
        .iter()
        .map(|column| &column["logical_type"])
        .collect();
    assert_eq!(types, ["int32", "string", "decimal"]);
    let synced = admin.post("/data/sync", json!({})).await.ok();
    assert_eq!(
        (&synced["records_processed"], &synced["state"]),
        (&json!(2), &json!("succeeded"))
    );
    let table = connected["tables"][0]["id"].as_str().unwrap();
    let preview = admin
        .post("/data/preview", json!({"source_id": table}))
        .await
        .ok();
    assert!(preview.to_string().contains("007"), "{preview}");
    admin
        .post("/data/cleanup", json!({"source_ids": [id]}))
        .await
        .ok();
    let path = "/data/workspace_id/files/orders.csv";
    send(admin.request(Method::DELETE, path)).await.ok();
    assert_eq!(send(admin.request(Method::DELETE, path)).await.status, 404);
    assert_eq!(admin.get("/data/files").await.ok(), json!([]));
}

#[actix_web::test]
async fn another_ones_uploads_are_not_there() {
    let app = TestApp::start();
    let (ann, bob) = (
        app.user("ann", "acme", "editor"),
        app.user("bob", "acme", "editor"),
    );
    upload(&ann, "a.csv", "a\n1\n").await.ok();
    upload(&bob, "b.csv", "b\n1\n").await.ok();
    let folders = std::fs::read_dir(app.data_dir().join("files/uploads")).unwrap();
    let folders: Vec<_> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders.len(), 2);
    let mut paths = vec!["uploads/a.csv".to_owned(), "*/*/a.csv".to_owned()];
    for folder in &folders {
        paths.push(format!("uploads/{folder}/a.csv"));
        paths.push(format!("./uploads/{folder}/a.csv"));
        paths.push(format!(
            "{}/files/uploads/{folder}/a.csv",
            app.data_dir().display()
        ));
    }
    for path in paths {
        for (kind, engine) in [("file", "file"), ("database", "sqlite")] {
            let config = json!({"path": path, "databaseType": engine});
            let source = json!({"type": kind, "name": "x", "connection_config": config});
            let answer = bob
                .post("/data/connect", json!({"sources": [source]}))
                .await;
            assert_eq!(answer.status, 422, "{path}: {:?}", answer.body);
        }
    }
}

#[actix_web::test]
async fn a_database_file_is_its_own_engines() {
    let app = TestApp::start();
    let admin = app.admin();
    let file = TempDir::new().unwrap();
    let path = file.path().join("a.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        .unwrap();
    upload(&admin, "a.db", std::fs::read(path).unwrap())
        .await
        .ok();
    for config in [
        json!({"path": "uploads/a.db"}),
        json!({"url": "file:uploads/a.db"}),
    ] {
        let connected = connect(&admin, "a", config).await;
        assert_eq!(
            (&connected["type"], &connected["engine"]),
            (&json!("file"), &json!("sqlite"))
        );
        assert_eq!(connected["tables"][0]["name"], "t");
    }
}

#[actix_web::test]
async fn names_and_sizes_of_files_are_bounded() {
    let app = TestApp::start_with(TempDir::new().unwrap(), &[("HEADWATER_MAX_UPLOAD_MB", "1")]);
    let admin = app.admin();
    for name in [
        "..%2Fa.csv",
        ".a.csv",
        "a%2Fb.csv",
        "",
        "a*.csv",
        "a%00.csv",
        "%5Ca",
    ] {
        assert_eq!(upload(&admin, name, "a").await.status, 400, "{name}");
    }
    let body = vec![b'x'; (1 << 20) + 1];
    assert_eq!(upload(&admin, "a.csv", body.clone()).await.status, 413);
    assert_eq!(admin.get("/data/files").await.ok(), json!([]));
    upload(&admin, "a.csv", body[..1 << 20].to_vec()).await.ok();
}

#[actix_web::test]
async fn the_copy_of_a_file_that_became_empty_is_emptied_and_can_be_filled_again() {
    let app = TestApp::start();
    let admin = app.admin();
    let sync = async |options: Value| {
        let body = json!({ "sync_options": options });
        let data = admin.post("/data/sync", body).await.ok();
        data["sources"][0]["tables"][0].clone()
    };
    upload(&admin, "a.csv", "n,t\n1,x\n2,y\n").await.ok();
    connect(&admin, "a", json!({"path": "uploads/a.csv"})).await;
    for (options, text, rows) in [
        (json!({}), "n,t\n1,x\n2,y\n", 2),
        (json!({}), "", 0),
        (json!({}), "", 0),
        (json!({}), "n,t\n7,z\n", 1),
        (json!({"incremental": true}), "", 0),
    ] {
        upload(&admin, "a.csv", text).await.ok();
        let report = sync(options).await;
        assert_eq!(
            (&report["status"], &report["rows_total"]),
            (&json!("copied"), &json!(rows)),
            "{report}"
        );
        let count = json!({"source_id": "local", "sql": "SELECT count(n) FROM a"});
        let counted = admin.post("/data/query", count).await.ok();
        assert_eq!(counted["rows"], json!([[rows]]), "{text:?}");
    }
}

#[actix_web::test]
async fn a_file_that_is_as_it_was_is_not_read_again() {
    let app = TestApp::start();
    let admin = app.admin();
    let report = async |options: Value| {
        let body = json!({ "sync_options": options });
        let data = admin.post("/data/sync", body).await.ok();
        data["sources"][0]["tables"][0].clone()
    };
    for (name, before, after) in [
        ("a.csv", "n,t\n1,x\n", "n,t\n1,y\n2,z\n"),
        ("a.jsonl", "{\"n\":1}\n", "{\"n\":1}\n{\"n\":2}\n"),
    ] {
        upload(&admin, name, before).await.ok();
        let config = json!({"path": format!("uploads/{name}")});
        let id = connect(&admin, name, config).await["id"].clone();
        let incremental = json!({"incremental": true});
        let first = report(incremental.clone()).await;
        assert_eq!(first["rows_written"], 1, "{first}");
        for options in [&incremental, &json!({"mode": "upsert"})] {
            let again = report(options.clone()).await;
            assert_eq!(
                (&again["status"], &again["rows_read"], &again["rows_total"]),
                (&json!("copied"), &json!(0), &json!(1)),
                "{again}"
            );
            assert!(
                again["reason"].as_str().unwrap().starts_with("Nothing new"),
                "{again}"
            );
        }
        assert_eq!(report(json!({})).await["rows_read"], 1);
        upload(&admin, name, after).await.ok();
        let changed = report(incremental).await;
        assert_eq!(
            (&changed["strategy"], &changed["rows_total"]),
            (&json!("full_refresh"), &json!(2)),
            "{changed}"
        );
        assert!(
            changed["reason"]
                .as_str()
                .unwrap()
                .contains("is read whole"),
            "{changed}"
        );
        admin
            .post("/data/cleanup", json!({"source_ids": [id]}))
            .await
            .ok();
    }
}

#[actix_web::test]
async fn lines_that_are_added_to_a_file_are_taken_from_the_cursor_on() {
    let app = TestApp::start();
    let admin = app.admin();
    let log = "n,at\n1,2024-01-01 00:00:00\n2,2024-01-02 00:00:00\n";
    upload(&admin, "log.csv", log).await.ok();
    connect(&admin, "log", json!({"path": "uploads/log.csv"})).await;
    let appended = async || {
        let options = json!({"mode": "append", "cursor_columns": {"log": "n"}});
        let body = json!({ "sync_options": options });
        let data = admin.post("/data/sync", body).await.ok();
        data["sources"][0]["tables"][0].clone()
    };
    assert_eq!(appended().await["cursor"]["value"], "2");
    let more = format!("{log}3,2024-01-03 00:00:00\n");
    upload(&admin, "log.csv", more).await.ok();
    let second = appended().await;
    assert_eq!(
        (
            &second["strategy"],
            &second["rows_read"],
            &second["rows_total"]
        ),
        (&json!("append"), &json!(2), &json!(3)),
        "{second}"
    );
    assert_eq!(second["cursor"]["value"], "3");
}

#[actix_web::test]
async fn the_files_of_a_workspace_have_a_bound_together() {
    let quota = [("HEADWATER_MAX_WORKSPACE_UPLOADS_MB", "3")];
    let app = TestApp::start_with(TempDir::new().unwrap(), &quota);
    let admin = app.admin();
    let megabytes = |count: usize| vec![b'x'; count << 20];
    upload(&admin, "a.csv", megabytes(2)).await.ok();
    let pieces = |count: usize| {
        let piece = |_| Ok::<_, std::io::Error>(Frame::data(Bytes::from(vec![b'x'; 1 << 16])));
        let pieces = (0..count << 4).map(piece);
        reqwest::Body::wrap(StreamBody::new(futures_util::stream::iter(pieces)))
    };
    // Told by the length that is declared, and by what comes where none is.
    let declared = upload(&admin, "b.csv", megabytes(2)).await;
    let body = declared.failed(413, "quota_exceeded");
    assert_eq!(
        (
            &body["error"]["details"]["limit_bytes"],
            &body["error"]["details"]["used_bytes"]
        ),
        (&json!(3 << 20), &json!(2 << 20))
    );
    let streamed = upload(&admin, "b.csv", pieces(2)).await;
    streamed.failed(413, "quota_exceeded");
    let folder = std::fs::read_dir(app.data_dir().join("files/uploads")).unwrap();
    let folder = folder.map(|entry| entry.unwrap().path()).next().unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    // One that is replaced makes room.
    upload(&admin, "a.csv", pieces(3)).await.ok();
    upload(&admin, "b.csv", "a\n")
        .await
        .failed(413, "quota_exceeded");
    // What a run that was killed left behind does not count for ever.
    upload(&admin, "a.csv", "a\n").await.ok();
    let left = std::fs::File::create(folder.join(".upload-left")).unwrap();
    left.set_len(3 << 20).unwrap();
    upload(&admin, "b.csv", "a\n")
        .await
        .failed(413, "quota_exceeded");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(25);
    left.set_modified(long_ago).unwrap();
    upload(&admin, "b.csv", "a\n").await.ok();
}
