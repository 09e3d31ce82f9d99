//! Searching the kept schemas of a workspace.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

const SALES: &str = "
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, address TEXT);
  CREATE TABLE customer_address (customer_id INTEGER, street TEXT);
  CREATE TABLE \"Größen\" (\"maßEinheit\" TEXT, \"quo\"\"te%_*\" TEXT);";

/// Makes a file of this script, connects it, and reads its schema where that is wanted.
async fn source(app: &TestApp, client: &Client, at: &str, name: &str, script: &str) -> String {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = format!("{name}.sqlite");
    let made = Connection::open(files.join(&file)).unwrap();
    made.execute_batch(script).unwrap();
    let scope = if at == "w" { "organization" } else { "user" };
    let body = json!({"scope": scope, "database": {"url": format!("sqlite:{file}"), "name": name}});
    let connected = client.post(&format!("/data/{at}/connect"), body).await.ok();
    connected["source_id"].as_str().unwrap().to_owned()
}

async fn read(client: &Client, at: &str, source: &str) {
    let scope = if at == "w" { "organization" } else { "user" };
    let path = format!("/data/{at}/schema?source_id={source}&scope={scope}&refresh=true");
    client.get(&path).await.ok();
}

/// The answer to a search of the default workspace; `more` is what follows `q`.
async fn search(client: &Client, q: &str, more: &str) -> Value {
    let q = percent_encoding::utf8_percent_encode(q, percent_encoding::NON_ALPHANUMERIC);
    client.get(&format!("/data/search?q={q}&{more}")).await.ok()
}

/// `source: table.column` of each hit.
fn told(found: &Value) -> Vec<String> {
    let hits = found["hits"].as_array().unwrap().iter();
    hits.map(|hit| {
        let text = |field: &str| hit[field].as_str().unwrap_or_default().to_owned();
        let column = text("column");
        let dot = if column.is_empty() { "" } else { "." };
        format!("{}: {}{dot}{column}", text("source"), text("table"))
    })
    .collect()
}

#[actix_web::test]
async fn things_are_found_over_all_sources_and_the_best_come_first() {
    let app = TestApp::start();
    let admin = app.admin();
    let sales = source(&app, &admin, "default", "sales", SALES).await;
    let stock = "CREATE TABLE stock (customer TEXT, quantity INTEGER)";
    let stock = source(&app, &admin, "default", "stock", stock).await;
    let unread = source(&app, &admin, "default", "unread", SALES).await;
    read(&admin, "default", &sales).await;
    read(&admin, "default", &stock).await;

    let found = search(&admin, "customer", "").await;
    assert_eq!(
        told(&found),
        [
            "stock: stock.customer",
            "sales: customers",
            "sales: customer_address",
            "sales: customer_address.customer_id",
        ]
    );
    assert_eq!(found["total"], 4);
    assert_eq!(
        found["not_searched"],
        json!([{"source_id": unread, "source": "unread"}])
    );
    let listed = admin.get("/data/list?tables=true").await.ok();
    let table = &found["hits"][1];
    let tables = listed[0]["tables"].as_array().unwrap();
    let id = &tables.iter().find(|t| t["name"] == "customers").unwrap()["id"];
    assert_eq!(
        table,
        &json!({
            "kind": "table", "source_id": sales, "source": "sales", "table_id": id, "schema": null,
            "table": "customers", "column": null, "type": null, "object": null,
            "matched": "name", "text": "customers", "score": table["score"],
        })
    );
    let scores: Vec<_> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["score"].as_f64().unwrap())
        .collect();
    assert!(
        scores.is_sorted_by(|a, b| a >= b) && scores[0] <= 1.0 && scores[3] > 0.0,
        "{scores:?}"
    );

    for (q, expected) in [
        ("custmoers", "sales: customers"),
        ("CUSTOMERID", "sales: customer_address.customer_id"),
        ("cust addr", "sales: customer_address"),
        ("grossen", "sales: Größen"),
        ("masseinheit", "sales: Größen.maßEinheit"),
        ("st", "stock: stock"),
        ("quo\"te", "sales: Größen.quo\"te%_*"),
    ] {
        let found = search(&admin, q, "").await;
        assert_eq!(
            told(&found).first().map(String::as_str),
            Some(expected),
            "{q}"
        );
    }
    let found = search(&admin, "customer", "types=column,%20field&limit=1").await;
    assert_eq!(
        (told(&found), &found["total"]),
        (vec!["stock: stock.customer".to_owned()], &json!(2))
    );
    let in_path = admin
        .get("/data/default/search?q=customers&types=table")
        .await
        .ok();
    assert_eq!(
        told(&in_path),
        ["sales: customers", "sales: customer_address"]
    );
}

#[actix_web::test]
async fn indexes_constraints_and_triggers_are_found_by_their_names() {
    let app = TestApp::start();
    let admin = app.admin();
    let script = "
      CREATE TABLE buyers (id INTEGER CONSTRAINT buyers_identity PRIMARY KEY, mail TEXT,
        CONSTRAINT mail_alone UNIQUE (mail));
      CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer INTEGER, total REAL,
        CONSTRAINT total_positive CHECK (total > 0),
        CONSTRAINT bought_by FOREIGN KEY (buyer) REFERENCES buyers (id));
      CREATE INDEX total_lookup ON orders (total);
      CREATE TRIGGER total_audit AFTER UPDATE ON orders BEGIN DELETE FROM orders WHERE total < 0; END;";
    let sales = source(&app, &admin, "default", "sales", script).await;
    read(&admin, "default", &sales).await;
    let tables = search(&admin, "orders", "types=table").await;
    let orders = &tables["hits"][0]["table_id"];
    for (q, kind, name, table) in [
        ("total_lookup", "index", "total_lookup", "orders"),
        ("totalpositive", "constraint", "total_positive", "orders"),
        ("bouhgt", "constraint", "bought_by", "orders"),
        ("mail alone", "constraint", "mail_alone", "buyers"),
        ("buyers identity", "constraint", "buyers_identity", "buyers"),
        ("orders audit", "trigger", "total_audit", "orders"),
    ] {
        let hit = &search(&admin, q, "").await["hits"][0];
        assert_eq!(
            (&hit["kind"], &hit["object"], &hit["table"]),
            (&json!(kind), &json!(name), &json!(table)),
            "{q}"
        );
        assert_eq!(hit["table_id"] == *orders, table == "orders", "{q}");
        assert_eq!(hit["column"], Value::Null);
        let alone = search(&admin, q, &format!("types={kind}")).await;
        assert_eq!(alone["hits"][0], *hit);
        let others = search(&admin, q, "types=table,column,type").await;
        assert!(!others.to_string().contains(name), "{q}");
    }
    let found = search(&admin, "total", "").await;
    let kinds: Vec<_> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| &hit["kind"])
        .collect();
    assert_eq!(kinds, ["column", "trigger", "index", "constraint"]);
}

#[actix_web::test]
async fn nobody_finds_what_is_not_theirs_or_in_another_workspace() {
    let app = TestApp::start();
    let admin = app.admin();
    let save = json!({"id": "w", "name": "W", "scope": "organization"});
    admin.post("/workspaces/save", save).await.ok();
    admin
        .post("/workspaces/save", json!({"id": "other", "name": "Other"}))
        .await
        .ok();
    let own = source(
        &app,
        &admin,
        "default",
        "own",
        "CREATE TABLE hidden_treasure (a)",
    )
    .await;
    read(&admin, "default", &own).await;
    let shared = source(
        &app,
        &admin,
        "w",
        "shared",
        "CREATE TABLE shared_treasure (a)",
    )
    .await;
    read(&admin, "w", &shared).await;

    assert_eq!(
        told(&search(&admin, "treasure", "").await),
        ["own: hidden_treasure"]
    );
    let other = admin.get("/data/other/search?q=treasure").await.ok();
    assert_eq!(other, json!({"total": 0, "hits": [], "not_searched": []}));
    let viewer = app.user("vera", "acme", "viewer");
    assert_eq!(search(&viewer, "treasure", "").await["total"], 0);
    let found = viewer
        .get("/data/w/search?q=treasure&scope=organization")
        .await
        .ok();
    assert_eq!(told(&found), ["shared: shared_treasure"]);
    let stranger = app.user("sam", "other", "admin");
    assert_eq!(search(&stranger, "treasure", "").await["total"], 0);
    assert_eq!(
        search(&stranger, "treasure", "scope=organization").await["total"],
        0
    );
    let path = "/data/w/search?q=treasure&scope=organization";
    stranger.get(path).await.failed(404, "not_found");
}

#[actix_web::test]
async fn what_was_deleted_is_not_found_any_more_and_what_is_new_is() {
    let app = TestApp::start();
    let admin = app.admin();
    let sales = source(&app, &admin, "default", "sales", SALES).await;
    read(&admin, "default", &sales).await;
    let found = search(&admin, "customers", "types=table").await;
    let id = &found["hits"][0]["table_id"];
    admin
        .post("/data/cleanup", json!({"source_ids": [id]}))
        .await
        .ok();
    let after = search(&admin, "customers", "types=table").await;
    assert_eq!(told(&after), ["sales: customer_address"]);

    let file = app.data_dir().join("files/sales.sqlite");
    Connection::open(file)
        .unwrap()
        .execute_batch("CREATE TABLE refunds (a); DROP TABLE customer_address")
        .unwrap();
    assert_eq!(search(&admin, "refund", "").await["total"], 0);
    read(&admin, "default", &sales).await;
    assert_eq!(
        told(&search(&admin, "refund", "").await),
        ["sales: refunds"]
    );
    assert_eq!(search(&admin, "customer", "").await["total"], 0);

    admin
        .post("/data/cleanup", json!({"source_ids": [sales]}))
        .await
        .ok();
    assert_eq!(
        search(&admin, "refund", "").await,
        json!({"total": 0, "hits": [], "not_searched": []})
    );
}

#[actix_web::test]
async fn schemas_that_were_kept_by_an_earlier_version_are_found_too() {
    let app = TestApp::start();
    let admin = app.admin();
    let sales = source(&app, &admin, "default", "sales", SALES).await;
    read(&admin, "default", &sales).await;
    let folder = app.stop();
    let file = folder.path().join("headwater.sqlite");
    let store = Connection::open(&file).unwrap();
    let made = store.query_row("SELECT count(*) FROM search_index", [], |row| row.get(0));
    assert_eq!(
        made,
        Ok(1),
        "what is searched is made when a schema is kept"
    );
    drop(store);
    let mut folder = folder;
    for earlier in [
        "DELETE FROM search_index",
        "UPDATE search_index SET format = 1; UPDATE search_part SET bytes = x'ff'",
    ] {
        let store = Connection::open(&file).unwrap();
        store
            .execute_batch(&format!("PRAGMA foreign_keys = ON; {earlier}"))
            .unwrap();
        drop(store);
        let app = TestApp::start_with(folder, &[]);
        let found = search(&app.admin(), "customers", "types=table&limit=1").await;
        assert_eq!(told(&found), ["sales: customers"]);
        folder = app.stop();
    }
}

#[actix_web::test]
async fn what_cannot_be_looked_for_is_refused_and_no_sign_means_anything() {
    let app = TestApp::start();
    let admin = app.admin();
    let sales = source(&app, &admin, "default", "sales", SALES).await;
    read(&admin, "default", &sales).await;
    let long = "x".repeat(201);
    let words = "a%20b%20c%20d%20e%20f%20g%20h%20i";
    for (query, code) in [
        ("", "missing_field"),
        ("q=", "missing_field"),
        ("q=%20%09", "invalid_field"),
        (&format!("q={long}"), "invalid_field"),
        (&format!("q={words}"), "invalid_field"),
        ("q=a&limit=0", "invalid_field"),
        ("q=a&limit=201", "invalid_field"),
        ("q=a&limit=-1", "invalid_field"),
        ("q=a&limit=many", "invalid_field"),
        ("q=a&types=indices", "invalid_field"),
        ("q=a&scope=world", "invalid_field"),
    ] {
        admin
            .get(&format!("/data/search?{query}"))
            .await
            .failed(400, code);
    }
    for q in [
        "\"",
        "*",
        "customers*",
        "NEAR(a b)",
        "a AND NOT b",
        "'; DROP TABLE source --",
        "{x}:y",
        "^a",
        "%",
        "\u{0}",
        "🦀",
        "-",
    ] {
        search(&admin, q, "").await;
    }
    assert_eq!(search(&admin, "%", "").await["total"], 0);
    assert_eq!(search(&admin, "🦀", "").await["total"], 0);
}
