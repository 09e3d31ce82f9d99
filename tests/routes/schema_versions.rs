//! Versions of a schema, and what changed between them: a file that is altered between readings.

use std::path::PathBuf;

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

/// A running server with one source, a file that tests alter.
struct Stage {
    app: TestApp,
    client: Client,
    source: String,
}

const TABLES: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total INTEGER);";

impl Stage {
    async fn new() -> Self {
        let app = TestApp::start();
        std::fs::create_dir_all(app.data_dir().join("files")).unwrap();
        alter(&app, TABLES);
        let client = app.admin();
        let connected = client.connect(database()).await;
        let source = connected["source_id"].as_str().unwrap().to_owned();
        Self {
            app,
            client,
            source,
        }
    }

    fn alter(&self, sql: &str) {
        alter(&self.app, sql);
    }

    async fn refresh(&self) -> Value {
        self.get("schema", "&refresh=true").await
    }

    /// Alters the file and reads it again.
    async fn altered(&self, sql: &str) -> Value {
        self.alter(sql);
        self.refresh().await
    }

    async fn get(&self, what: &str, more: &str) -> Value {
        let path = format!("/data/default/{what}?source_id={}{more}", self.source);
        self.client.get(&path).await.ok()
    }

    async fn changes(&self, more: &str) -> Value {
        self.get("schema/changes", more).await
    }

    /// The numbers of the versions, the newest first.
    async fn numbers(&self) -> Vec<u64> {
        let versions = self.get("schema/versions", "").await;
        assert_eq!(versions["source_id"], self.source);
        let versions = versions["versions"].as_array().unwrap();
        let number = |version: &Value| version["version"].as_u64().unwrap();
        versions.iter().map(number).collect()
    }
}

fn file(app: &TestApp) -> PathBuf {
    app.data_dir().join("files").join("shop.sqlite")
}

fn alter(app: &TestApp, sql: &str) {
    let file = Connection::open(file(app)).unwrap();
    file.busy_timeout(std::time::Duration::from_secs(20))
        .unwrap();
    file.execute_batch(sql).unwrap();
}

fn database() -> Value {
    json!({"databaseType": "sqlite", "database": "shop.sqlite", "name": "shop"})
}

fn table<'a>(tables: &'a Value, name: &str) -> &'a Value {
    let mut tables = tables.as_array().unwrap().iter();
    let found = tables.find(|table| table["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn names(tables: &Value) -> Vec<&str> {
    let tables = tables.as_array().unwrap().iter();
    tables
        .map(|table| table["name"].as_str().unwrap())
        .collect()
}

fn texts(changes: &Value) -> Vec<&str> {
    let changes = changes["changes"].as_array().unwrap().iter();
    changes
        .map(|change| change["text"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn each_reading_that_differs_is_a_version_and_changes_are_told_between_any_two() {
    let stage = Stage::new().await;
    assert_eq!(stage.numbers().await, Vec::<u64>::new());
    let first = stage.get("schema", "").await;
    assert_eq!(first["version"], 1);
    let again = stage.refresh().await;
    assert_eq!(
        (&again["version"], &again["fingerprint"]),
        (&json!(1), &first["fingerprint"])
    );
    let versions = stage.get("schema/versions", "").await;
    let only = &versions["versions"][0];
    assert_eq!(
        (&only["captured_at"], &only["last_seen_at"]),
        (&first["captured_at"], &again["captured_at"]),
        "first seen, and last found unchanged"
    );
    assert_eq!(
        (&only["table_count"], &only["column_count"]),
        (&json!(2), &json!(5))
    );
    assert_eq!(only["fingerprint"], first["fingerprint"]);
    assert_eq!(only["server_product"], first["server_product"]);
    assert_eq!(only["server_version"], first["server_version"]);

    let second = stage
        .altered("ALTER TABLE orders ADD COLUMN note TEXT")
        .await;
    assert_eq!(second["version"], 2);
    let third = stage.altered("DROP TABLE customers").await;
    assert_eq!(third["version"], 3);
    assert_eq!(stage.numbers().await, [3, 2, 1]);

    let changes = stage.changes("").await;
    assert_eq!(
        (&changes["from"]["version"], &changes["to"]["version"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(texts(&changes), ["Table customers was removed (2 columns)"]);
    assert_eq!(changes["summary"], json!({"table_removed": 1}));
    let change = &changes["changes"][0];
    assert_eq!(
        change["table_id"],
        table(&first["tables"], "customers")["id"]
    );
    assert_eq!(
        change["before"],
        json!({"kind": "table", "columns": ["id", "name"]})
    );
    assert_eq!(change["after"], Value::Null);

    let all = stage.changes("&from=1&to=3").await;
    assert_eq!(
        texts(&all),
        [
            "Table customers was removed (2 columns)",
            "Column orders.note was added (TEXT)",
        ]
    );
    assert_eq!(
        all["summary"],
        json!({"table_removed": 1, "column_added": 1})
    );
    let back = stage.changes("&from=3&to=1").await;
    assert_eq!(
        back["summary"],
        json!({"table_added": 1, "column_removed": 1})
    );
    assert_eq!(stage.changes("&from=2&to=2").await["changes"], json!([]));
    assert_eq!(stage.changes("&to=2").await["from"]["version"], 1);
    let opening = stage.changes("&to=1").await;
    assert_eq!(
        (&opening["from"], &opening["changes"]),
        (&Value::Null, &json!([]))
    );

    let since = |time: &Value| format!("&since={}", time.as_str().unwrap());
    let since_second = stage.changes(&since(&second["captured_at"])).await;
    assert_eq!(since_second["from"]["version"], 2);
    let since_ever = stage.changes("&since=2000-01-01T00:00:00Z").await;
    assert_eq!(since_ever["from"]["version"], 1);
    let since_now = stage.changes(&since(&third["captured_at"])).await;
    assert_eq!(
        (&since_now["from"]["version"], &since_now["changes"]),
        (&json!(3), &json!([]))
    );

    let path = format!("/data/schema/changes?source_id={}", stage.source);
    assert_eq!(stage.client.get(&path).await.ok(), changes);
    let path = format!("/data/schema/versions?source_id={}", stage.source);
    assert_eq!(
        stage.client.get(&path).await.ok()["versions"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
}

#[actix_web::test]
async fn an_old_version_is_answered_as_it_was() {
    let stage = Stage::new().await;
    let first = stage.get("schema", "").await;
    stage.altered("DROP TABLE customers").await;
    assert_eq!(stage.get("schema", "&version=1").await, first);
    let current = stage.get("schema", "").await;
    assert_eq!(stage.get("schema", "&version=2").await, current);

    let path = format!("/data/default/schema?source_id={}&version=1", stage.source);
    let plain = stage
        .client
        .request(Method::GET, &path)
        .send()
        .await
        .unwrap();
    let tag = plain.headers()["etag"].clone();
    assert!(
        tag.to_str()
            .unwrap()
            .contains(first["fingerprint"].as_str().unwrap())
    );
    let again = stage.client.request(Method::GET, &path);
    let again = again.header("If-None-Match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let zipped = stage.client.request(Method::GET, &path);
    let zipped = zipped
        .header("Accept-Encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    let bytes = zipped.bytes().await.unwrap();
    let body: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&bytes[..])).unwrap();
    assert_eq!(body["data"], first);

    let orders = table(&first["tables"], "orders");
    let path = format!(
        "/data/default/schema?source_id={}&version=1",
        orders["id"].as_str().unwrap()
    );
    assert_eq!(
        stage.client.get(&path).await.ok()["tables"],
        json!([orders])
    );
}

#[actix_web::test]
async fn a_version_that_is_not_there_is_told_with_those_that_are() {
    let stage = Stage::new().await;
    let path =
        |what: &str, more: &str| format!("/data/default/{what}?source_id={}{more}", stage.source);
    let changes = stage.client.get(&path("schema/changes", "")).await;
    let body = changes.failed(404, "not_found");
    assert!(
        body["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("not read yet"),
        "{body}"
    );
    stage.refresh().await;
    stage.altered("DROP TABLE customers").await;
    for (what, more) in [
        ("schema", "&version=3"),
        ("schema/changes", "&from=1&to=3"),
        ("schema/changes", "&from=0"),
    ] {
        let body = stage
            .client
            .get(&path(what, more))
            .await
            .failed(404, "not_found");
        assert_eq!(body["error"]["details"], json!({"first": 1, "last": 2}));
        assert!(
            body["error"]["hint"]
                .as_str()
                .unwrap()
                .contains("/schema/versions")
        );
    }
    for (what, more, field) in [
        ("schema", "&version=one", "version"),
        ("schema", "&version=-1", "version"),
        ("schema", "&version=1&refresh=true", "version"),
        ("schema/changes", "&from=x", "from"),
        ("schema/changes", "&to=1.5", "to"),
        ("schema/changes", "&since=yesterday", "since"),
    ] {
        let body = stage
            .client
            .get(&path(what, more))
            .await
            .failed(400, "invalid_field");
        assert_eq!(body["error"]["details"]["path"], field);
    }
    for what in ["schema/versions", "schema/changes"] {
        let path = format!("/data/default/{what}?source_id=source_unknown");
        stage.client.get(&path).await.failed(404, "not_found");
        let path = format!("/data/default/{what}");
        stage.client.get(&path).await.failed(400, "missing_field");
    }
}

#[actix_web::test]
async fn a_renamed_table_keeps_its_id_and_its_count_and_says_so() {
    let stage = Stage::new().await;
    stage.alter("INSERT INTO orders (id) VALUES (1), (2)");
    let counted = json!({"database": database(), "computeRowCount": true});
    stage
        .client
        .post("/data/default/connect", counted)
        .await
        .ok();
    let first = stage.get("schema", "").await;
    let id = table(&first["tables"], "orders")["id"].clone();

    let second = stage.altered("ALTER TABLE orders RENAME TO sales").await;
    assert_eq!(names(&second["tables"]), ["customers", "sales"]);
    assert_eq!(table(&second["tables"], "sales")["id"], id);
    let listed = stage
        .client
        .get("/data/default/list?tables=true")
        .await
        .ok();
    let listed = table(&listed[0]["tables"], "sales");
    assert_eq!((&listed["id"], &listed["row_count"]), (&id, &json!(2)));

    stage
        .altered("ALTER TABLE sales DROP COLUMN total; CREATE TABLE orders (a integer, b integer)")
        .await;
    let changes = stage.changes("&from=1&to=2").await;
    assert_eq!(texts(&changes), ["Table orders was renamed to sales"]);
    let change = &changes["changes"][0];
    assert_eq!(
        (&change["kind"], &change["table_id"]),
        (&json!("table_renamed"), &id)
    );
    assert_eq!(change["before"], json!({"schema": null, "name": "orders"}));
    assert_eq!(change["after"], json!({"schema": null, "name": "sales"}));
    // Over several versions the id tells, whatever else became of it, or stands under its old name.
    let whole = stage.changes("&from=1&to=3").await;
    assert_eq!(
        texts(&whole),
        [
            "Table orders was added (2 columns)",
            "Table orders was renamed to sales",
            "Column sales.total was removed (INTEGER)",
        ]
    );

    let path = format!(
        "/data/default/schema/changes?source_id={}&from=1&to=3",
        id.as_str().unwrap()
    );
    let of_table = stage.client.get(&path).await.ok();
    assert_eq!(texts(&of_table), texts(&whole)[1..]);
    assert_eq!(of_table["source_id"], stage.source);
}

#[actix_web::test]
async fn a_deleted_table_stays_out_of_sight_under_another_name_and_in_old_versions() {
    let stage = Stage::new().await;
    let first = stage.get("schema", "").await;
    let orders = table(&first["tables"], "orders")["id"].clone();
    let cleanup = json!({ "source_ids": [orders] });
    stage
        .client
        .post("/data/default/cleanup", cleanup)
        .await
        .ok();
    let left = stage.get("schema", "").await;
    assert_eq!(names(&left["tables"]), ["customers"]);
    assert_eq!(stage.numbers().await, [1], "the source is as it was");
    assert_eq!(
        names(&stage.get("schema", "&version=1").await["tables"]),
        ["customers"]
    );

    let renamed = stage
        .altered("ALTER TABLE orders RENAME TO sales; CREATE TABLE news (a, b)")
        .await;
    assert_eq!(names(&renamed["tables"]), ["customers", "news"]);
    assert_eq!(stage.numbers().await, [2, 1]);
    assert_eq!(
        texts(&stage.changes("").await),
        ["Table news was added (2 columns)"]
    );
    assert_eq!(stage.refresh().await["version"], 2);

    stage.client.connect(database()).await;
    let shown = stage.get("schema", "").await;
    assert_eq!(names(&shown["tables"]), ["customers", "news", "sales"]);
    assert_eq!(
        table(&shown["tables"], "sales")["id"],
        orders,
        "it was never another one"
    );
    assert_eq!(shown["version"], 2);
    assert_eq!(
        texts(&stage.changes("").await),
        [
            "Table news was added (2 columns)",
            "Table orders was renamed to sales"
        ]
    );
}

#[actix_web::test]
async fn connecting_again_keeps_the_versions_and_another_selection_is_a_new_one() {
    let stage = Stage::new().await;
    stage.get("schema", "").await;
    stage.client.connect(database()).await;
    assert_eq!(stage.get("schema", "").await["version"], 1);
    let mut narrow = database();
    narrow["tables"] = json!(["orders"]);
    stage.client.connect(narrow).await;
    assert_eq!(stage.numbers().await, [1]);
    assert_eq!(stage.get("schema", "").await["version"], 2);
    assert_eq!(
        texts(&stage.changes("").await),
        ["Table customers was removed (2 columns)"]
    );
    let cleanup = json!({ "source_ids": [stage.source] });
    stage
        .client
        .post("/data/default/cleanup", cleanup)
        .await
        .ok();
    stage.client.connect(database()).await;
    let path = format!("/data/default/schema/versions?source_id={}", stage.source);
    stage.client.get(&path).await.failed(404, "not_found");
}

#[actix_web::test]
async fn while_the_source_is_down_all_that_was_kept_is_answered_and_says_so() {
    let stage = Stage::new().await;
    stage.get("schema", "").await;
    let second = stage.altered("DROP TABLE customers").await;
    let changes = stage.changes("").await;
    std::fs::remove_file(file(&stage.app)).unwrap();
    let down = stage.refresh().await;
    assert_eq!(down["stale"], true);
    assert!(
        down["stale_reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    for part in ["tables", "version", "fingerprint", "captured_at"] {
        assert_eq!(down[part], second[part], "{part}");
    }
    let orders = second["tables"][0]["id"].as_str().unwrap();
    let path = format!("/data/default/schema?source_id={orders}&refresh=true");
    assert_eq!(stage.client.get(&path).await.ok()["stale"], true);
    assert_eq!(stage.changes("").await, changes);
    assert_eq!(stage.numbers().await, [2, 1]);
    assert_eq!(
        stage.get("schema", "").await["stale"],
        false,
        "nobody asked the source"
    );
    assert_eq!(
        names(&stage.get("schema", "&version=1").await["tables"]),
        ["customers", "orders"]
    );

    stage.alter(TABLES);
    let back = stage.refresh().await;
    assert_eq!(
        (&back["stale"], &back["version"]),
        (&json!(false), &json!(3))
    );
}

/// What must hold of the versions of a source, whatever happened while they were made.
async fn are_whole(stage: &Stage) {
    // A connect may have let go of what was read; then this reads it again.
    let current = stage.get("schema", "").await;
    let versions = stage.get("schema/versions", "").await;
    let versions = versions["versions"].as_array().unwrap().clone();
    assert_eq!(current["version"], versions[0]["version"]);
    assert_eq!(current["fingerprint"], versions[0]["fingerprint"]);
    for (at, version) in versions.iter().enumerate() {
        assert_eq!(
            version["version"],
            versions.len() - at,
            "numbers without gaps"
        );
    }
    for pair in versions.windows(2) {
        assert_ne!(pair[0]["fingerprint"], pair[1]["fingerprint"]);
        let more = format!("&from={}&to={}", pair[1]["version"], pair[0]["version"]);
        assert_ne!(stage.changes(&more).await["changes"], json!([]), "{more}");
    }
    let store = Connection::open(stage.app.data_dir().join("headwater.sqlite")).unwrap();
    for (check, expected) in [
        ("PRAGMA integrity_check", "ok"),
        (
            "SELECT count(*) || '' FROM schema_version_document",
            &versions.len().to_string()[..],
        ),
    ] {
        let told: String = store.query_row(check, [], |row| row.get(0)).unwrap();
        assert_eq!(told, expected, "{check}");
    }
}

#[actix_web::test]
async fn refreshes_and_connects_at_once_leave_every_version_whole() {
    let stage = Stage::new().await;
    let mut narrow = database();
    narrow["tables"] = json!(["orders"]);
    let path = format!(
        "/data/default/schema?source_id={}&refresh=true",
        stage.source
    );
    for round in 0..3 {
        stage.alter(&format!("CREATE TABLE t{round} (a INTEGER, b INTEGER)"));
        let refreshing = || async {
            for _ in 0..8 {
                let answer = stage.client.get(&path).await;
                // Connected anew all the time, it may be given up.
                assert!([200, 503].contains(&answer.status), "{}", answer.body);
            }
        };
        let connecting = async {
            for _ in 0..4 {
                stage.client.connect(narrow.clone()).await;
                stage.client.connect(database()).await;
            }
        };
        futures_util::join!(refreshing(), refreshing(), connecting);
        are_whole(&stage).await;
    }
    let tables = stage.get("schema", "").await["tables"].clone();
    assert_eq!(names(&tables), ["customers", "orders", "t0", "t1", "t2"]);
}

#[actix_web::test]
async fn a_server_that_is_killed_in_the_middle_leaves_every_version_whole() {
    let mut stage = Stage::new().await;
    let path = format!(
        "/data/default/schema?source_id={}&refresh=true",
        stage.source
    );
    for round in 0..6 {
        stage
            .altered(&format!("CREATE TABLE t{round} (a integer)"))
            .await;
        stage.alter(&format!("CREATE TABLE u{round} (a integer)"));
        let answer = tokio::spawn(stage.client.request(Method::GET, &path).send());
        // At once, as soon as it writes, or once it has answered.
        let log = stage.app.data_dir().join("headwater.sqlite-wal");
        let size = || std::fs::metadata(&log).map_or(0, |log| log.len());
        let before = size();
        while round % 3 > 0 && !answer.is_finished() && (round % 3 == 2 || size() == before) {
            tokio::task::yield_now().await;
        }
        let Stage { app, source, .. } = stage;
        let app = TestApp::start_with(app.kill(), &[]);
        drop(answer.await);
        let client = app.admin();
        stage = Stage {
            app,
            client,
            source,
        };
        are_whole(&stage).await;
    }
}
