//! Looking at rows: previews and queries, at sources and in the workspace's own store.

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

const SHOP: &str = "
  CREATE TABLE \"cust omers\" (id INTEGER PRIMARY KEY, name TEXT, rating REAL, photo BLOB);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total NUMERIC);
  INSERT INTO \"cust omers\" VALUES (1, 'Ada', 4.5, x'00ff'), (2, '100%', NULL, NULL), (3, '=1+1', 1, NULL);
  INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20), (3, 2, 5);";
const CRM: &str = "
  CREATE TABLE orders (id TEXT, note TEXT);
  CREATE TABLE people (id INTEGER PRIMARY KEY, nick TEXT);
  INSERT INTO people VALUES (1, 'ada');";

async fn connect(app: &TestApp, client: &Client, name: &str, script: &str) -> String {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
    file.execute_batch(script).unwrap();
    let database = json!({"url": format!("sqlite:{name}.sqlite"), "name": name});
    let connected = client
        .post("/data/connect", json!({"database": database}))
        .await
        .ok();
    connected["source_id"].as_str().unwrap().to_owned()
}

async fn query(client: &Client, source: &str, sql: &str) -> Value {
    let body = json!({"source_id": source, "sql": sql});
    client.post("/data/query", body).await.ok()
}

#[actix_web::test]
async fn a_query_at_a_source_answers_columns_with_types_and_rows() {
    let app = TestApp::start();
    let admin = app.admin();
    let shop = connect(&app, &admin, "shop", SHOP).await;
    let body = json!({
        "source_id": shop,
        "sql": "SELECT id, name AS n, photo, 1.5 AS id FROM \"cust omers\" WHERE id <= ? ORDER BY id",
        "params": [2],
    });
    let data = admin.post("/data/default/query", body).await.ok();
    assert_eq!(
        data["rows"],
        json!([[1, "Ada", "AP8=", 1.5], [2, "100%", null, 1.5]])
    );
    assert_eq!(data["columns"][0]["logical_type"], "int64");
    assert_eq!(data["columns"][1]["name"], "n");
    assert_eq!(data["truncated"], false);
    let body = json!({"source_id": shop, "sql": "SELECT id FROM orders", "limit": 2});
    let data = admin.post("/data/query", body).await.ok();
    assert_eq!(
        (&data["row_count"], &data["truncated_by"]),
        (&json!(2), &json!("limit"))
    );
}

#[actix_web::test]
async fn a_query_does_nothing_but_read() {
    let app = TestApp::start();
    let admin = app.admin();
    let shop = connect(&app, &admin, "shop", SHOP).await;
    admin.post("/data/sync", json!({})).await.ok();
    for source in [shop.as_str(), "local"] {
        for sql in [
            "DELETE FROM orders",
            "SELECT 1; DELETE FROM orders",
            "ATTACH 'x' AS y",
            "PRAGMA writable_schema = 1",
            "CREATE TABLE t (a)",
            "SELECT load_extension('x')",
            "WITH x AS (SELECT 1) DELETE FROM orders",
            "BEGIN",
        ] {
            let body = json!({"source_id": source, "sql": sql});
            let refused = admin.post("/data/query", body).await;
            assert!(
                matches!(refused.status, 400 | 422),
                "{source}: {sql}: {}",
                refused.body
            );
        }
    }
    let body = json!({"source_id": shop, "sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", "timeout_ms": 200});
    admin.post("/data/query", body).await.failed(422, "timeout");
    let data = query(&admin, "local", "SELECT count(*) FROM shop.orders").await;
    assert_eq!(data["rows"], json!([[3]]));
}

#[actix_web::test]
async fn tables_of_different_sources_are_joined_in_the_workspaces_own_store() {
    let app = TestApp::start();
    let admin = app.admin();
    let body = json!({"source_id": "local", "sql": "SELECT 1"});
    admin
        .post("/data/query", body)
        .await
        .failed(400, "invalid_field");
    connect(&app, &admin, "shop", SHOP).await;
    connect(&app, &admin, "crm", CRM).await;
    admin.post("/data/sync", json!({})).await.ok();
    let sql = "SELECT p.nick, o.total, c.\"name\" FROM \"shop\".\"orders\" o \
               JOIN crm.people p ON p.id = o.customer_id \
               JOIN \"cust omers\" c USING (id) ORDER BY o.id";
    let data = query(&admin, "local", sql).await;
    assert_eq!(
        data["rows"],
        json!([["ada", 10, "Ada"], ["ada", 20, "100%"]])
    );
    // Types are those of the sources, where a column comes as it is.
    let sql = "SELECT o.total, c.photo, c.\"name\" || '' AS shout FROM shop.orders o JOIN \"cust omers\" c USING (id)";
    let data = query(&admin, "local", sql).await;
    let types = data["columns"].as_array().unwrap().iter();
    let types: Vec<_> = types.map(|c| [&c["type"], &c["logical_type"]]).collect();
    assert_eq!(
        types,
        [["NUMERIC", "decimal"], ["BLOB", "binary"], ["", "mixed"]]
    );
    let sql = "SELECT \"shop\".\"orders\".id, crm.orders.* FROM \"shop\".\"orders\" \
               LEFT JOIN crm.orders ON crm.orders.id = \"shop\".\"orders\".id \
               WHERE shop.orders.total > 5 ORDER BY \"shop\".\"orders\".id DESC";
    let data = query(&admin, "local", sql).await;
    assert_eq!(data["rows"], json!([[2, null, null], [1, null, null]]));
    let body = json!({"source_id": "local", "sql": "SELECT * FROM orders"});
    let refused = admin
        .post("/data/query", body)
        .await
        .failed(400, "invalid_field");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("`\"crm\".\"orders\"`") && message.contains("`\"shop\".\"orders\"`"),
        "{message}"
    );
    for hidden in ["headwater_copy", "sqlite_schema", "copy_1"] {
        let body = json!({"source_id": "local", "sql": format!("SELECT * FROM {hidden}")});
        admin
            .post("/data/query", body)
            .await
            .failed(400, "invalid_field");
    }
}

#[actix_web::test]
async fn rows_come_as_lines_or_csv_where_that_is_accepted() {
    let app = TestApp::start();
    let admin = app.admin();
    let shop = connect(&app, &admin, "shop", SHOP).await;
    let body = json!({"source_id": shop, "sql": "SELECT name, rating FROM \"cust omers\" ORDER BY id", "limit": 2});
    let ask = |accept: &'static str| {
        let request = admin.request(Method::POST, "/data/query");
        request.header("Accept", accept).json(&body).send()
    };
    let lines = ask("application/x-ndjson").await.unwrap();
    assert_eq!(lines.headers()["headwater-truncated"], "limit");
    let lines = lines.text().await.unwrap();
    assert_eq!(
        lines,
        "{\"name\":\"Ada\",\"rating\":4.5}\n{\"name\":\"100%\",\"rating\":null}\n"
    );
    let csv = ask("text/csv").await.unwrap().text().await.unwrap();
    assert_eq!(csv, "\"name\",\"rating\"\r\n\"Ada\",4.5\r\n\"100%\",\r\n");
}

#[actix_web::test]
async fn a_preview_pages_orders_filters_and_searches_at_the_source_and_in_the_copy() {
    let app = TestApp::start();
    let admin = app.admin();
    let shop = connect(&app, &admin, "shop", SHOP).await;
    admin.post("/data/sync", json!({})).await.ok();
    for from in ["source", "local"] {
        let preview = async |more: Value| {
            let mut body =
                json!({"source_id": shop, "table": "cust omers", "from": from, "order_by": "id"});
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let data = admin.post("/data/preview", body).await.ok();
            let rows = data["rows"].as_array().unwrap().iter();
            let ids: Vec<_> = rows.map(|row| row[0].as_i64().unwrap()).collect();
            (ids, data["truncated"].as_bool().unwrap())
        };
        for (more, ids, truncated) in [
            (json!({}), vec![1, 2, 3], false),
            (json!({"limit": 2}), vec![1, 2], true),
            (json!({"limit": 2, "page": 2}), vec![3], false),
            (json!({"order_by": "id desc"}), vec![3, 2, 1], false),
            (
                json!({"order_by": [{"column": "rating"}, "id desc"]}),
                vec![2, 3, 1],
                false,
            ),
            (json!({"search_term": "0%"}), vec![2], false),
            (json!({"search_term": "ADA"}), vec![1], false),
            (json!({"column_filters": {"rating": null}}), vec![2], false),
            (json!({"column_filters": {"id": [1, 3]}}), vec![1, 3], false),
            (
                json!({"column_filters": {"rating": {"gte": 1, "lt": 4.5}}}),
                vec![3],
                false,
            ),
            (
                json!({"column_filters": {"name": {"starts_with": "=1"}}}),
                vec![3],
                false,
            ),
            (
                json!({"column_filters": {"name": "Ada", "rating": {"is_null": false}}}),
                vec![1],
                false,
            ),
        ] {
            assert_eq!(
                preview(more.clone()).await,
                (ids, truncated),
                "{from}: {more}"
            );
        }
    }
    for more in [
        json!({"table": "nothing"}),
        json!({"table": "orders", "order_by": "nothing"}),
        json!({"table": "orders", "column_filters": {"id\" OR 1=1 --": 1}}),
        json!({"table": "orders", "column_filters": {"id": {"like": 1}}}),
        json!({"table": "orders", "limit": 0}),
        json!({}),
    ] {
        let mut body = json!({"source_id": shop});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        admin
            .post("/data/preview", body)
            .await
            .failed(400, "invalid_field");
    }
}

#[actix_web::test]
async fn decimals_and_times_compare_in_a_copy_by_what_they_mean() {
    let app = TestApp::start();
    let admin = app.admin();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let rows = "id,price,at,good\n\
        1,9.50,2020-01-01T00:00:00.5Z,true\n\
        2,10.00,2020-01-01T00:00:00Z,false\n\
        3,-3.25,2019-12-31T00:00:00Z,true\n\
        4,123456789012345678901234567890.10,2021-01-01T00:00:00Z,true\n";
    std::fs::write(files.join("prices.csv"), rows).unwrap();
    let source =
        json!({"type": "file", "name": "shop", "connection_config": {"path": "prices.csv"}});
    let connected = admin.post("/data/connect", json!({"sources": [source]}));
    let connected = connected.await.ok();
    let source = &connected["connected_sources"][0]["id"];
    admin.post("/data/sync", json!({})).await.ok();
    for from in ["source", "local"] {
        for (order, filters, expected) in [
            ("price", json!({}), vec![3, 1, 2, 4]),
            ("price desc", json!({}), vec![4, 2, 1, 3]),
            ("id", json!({"price": {"gt": 9.5}}), vec![2, 4]),
            ("id", json!({"price": {"lt": "10"}}), vec![1, 3]),
            ("id", json!({"price": 10}), vec![2]),
            ("id", json!({"price": ["9.5", 10]}), vec![1, 2]),
            ("at", json!({}), vec![3, 2, 1, 4]),
            ("id", json!({"at": "2020-01-01T00:00:00Z"}), vec![2]),
            (
                "id",
                json!({"at": {"lte": "2020-01-01T00:00:00Z"}}),
                vec![2, 3],
            ),
            ("id", json!({"good": "true"}), vec![1, 3, 4]),
        ] {
            let body = json!({"source_id": source, "from": from, "order_by": order, "column_filters": filters});
            let data = admin.post("/data/preview", body.clone()).await.ok();
            let rows = data["rows"].as_array().unwrap().iter();
            let ids: Vec<_> = rows.map(|row| row[0].as_i64().unwrap()).collect();
            assert_eq!(ids, expected, "{body}");
        }
    }
    let sql =
        "SELECT id FROM prices WHERE price COLLATE number > '9.5' ORDER BY at COLLATE time DESC";
    let data = query(&admin, "local", sql).await;
    assert_eq!(data["rows"], json!([[4], [2]]));
    let data = query(
        &admin,
        "local",
        "SELECT max(price COLLATE number) FROM prices WHERE id < 4",
    );
    assert_eq!(data.await["rows"], json!([["10.00"]]));
}

#[actix_web::test]
async fn a_refusal_tells_the_character_of_the_statement() {
    let app = TestApp::start();
    let admin = app.admin();
    let shop = connect(&app, &admin, "shop", SHOP).await;
    let refused = async |source: &str, sql: &str| {
        let body = json!({"source_id": source, "sql": sql});
        let refused = admin.post("/data/query", body).await;
        refused.failed(422, "invalid_query")["error"]["details"].clone()
    };
    let details = refused(&shop, "SELECT 'ü', FROMM orders").await;
    assert_eq!(details["position"], 13, "{details}");
    admin.post("/data/sync", json!({})).await.ok();
    // The copies have other names than those that were asked for, before the place and behind it.
    let sql = "SELECT o.id, shop.\"cust omers\".name FROM shop.orders o, shop.\"cust omers\" WHERE nothing = 1";
    let details = refused("local", sql).await;
    assert_eq!(details["position"], 81, "{details}");
    // They stand in no file that a caller knows.
    let body = json!({"source_id": "local", "sql": sql});
    let refused = admin.post("/data/query", body).await.body;
    assert!(!refused.to_string().contains("file"), "{refused}");
}

#[actix_web::test]
async fn a_search_finds_letters_of_any_script_in_any_case() {
    let app = TestApp::start();
    let admin = app.admin();
    let script = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
      INSERT INTO people VALUES (1, 'Éva'), (2, 'ГРИГОРИЙ Σ'), (3, 'Eva'), (4, NULL), (5, x'ff');";
    let source = connect(&app, &admin, "people", script).await;
    admin.post("/data/sync", json!({})).await.ok();
    for from in ["source", "local"] {
        for (more, ids) in [
            (json!({"search_term": "éV"}), json!([1])),
            (json!({"search_term": "григорий"}), json!([2])),
            (json!({"search_term": "eva"}), json!([3])),
            (
                json!({"column_filters": {"name": {"contains": "ГОРИ"}}}),
                json!([2]),
            ),
            (
                json!({"column_filters": {"name": {"starts_with": "É"}}}),
                json!([1]),
            ),
        ] {
            let mut body = json!({"source_id": source, "table": "people", "from": from});
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let data = admin.post("/data/preview", body).await.ok();
            let rows = data["rows"].as_array().unwrap().iter();
            let found: Vec<_> = rows.map(|row| row[0].clone()).collect();
            assert_eq!(Value::from(found), ids, "{from}: {more}");
        }
    }
}

#[actix_web::test]
async fn a_statement_takes_no_memory_without_end() {
    let app = TestApp::start();
    let admin = app.admin();
    let script = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);
      INSERT INTO t VALUES (1, printf('%.*c', 40000000, 'y'));";
    let source = connect(&app, &admin, "large", script).await;
    admin.post("/data/sync", json!({})).await.ok();
    let before = app.peak_memory();
    let large = "printf('%.*c', 60000000, 'x')";
    for id in [source.as_str(), "local"] {
        for sql in [
            "SELECT printf('%.*c', 600000000, 'x')".to_owned(),
            format!("SELECT {}", vec![large; 100].join(", ")),
            format!("SELECT length(max({}))", vec![large; 100].join(", ")),
        ] {
            let body = json!({"source_id": id, "sql": sql});
            let refused = admin.post("/data/query", body).await;
            let refused = refused.failed(422, "limit_exceeded");
            let hint = refused["error"]["hint"].as_str().unwrap();
            assert!(hint.starts_with("Choose fewer columns"), "{refused}");
        }
        // What is stored is read.
        let data = query(&admin, id, "SELECT id, length(x) FROM t").await;
        assert_eq!(data["rows"], json!([[1, 40_000_000]]));
    }
    let grown = app.peak_memory() - before;
    assert!(grown < 400 << 20, "{} MiB", grown >> 20);
}

#[actix_web::test]
async fn a_preview_as_a_file_has_more_rows_than_one_to_look_at() {
    let app = TestApp::start();
    let admin = app.admin();
    let script = "CREATE TABLE many (id INTEGER PRIMARY KEY);
      WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 2500) INSERT INTO many SELECT id FROM n;";
    let source = connect(&app, &admin, "many", script).await;
    let body =
        json!({"source_id": source, "table": "many", "limit": 100_000, "order_by": "id desc"});
    let refused = admin.post("/data/preview", body.clone()).await;
    refused.failed(400, "invalid_field");
    for (accept, lines) in [("text/csv", 2501), ("application/x-ndjson", 2500)] {
        let request = admin.request(Method::POST, "/data/preview").json(&body);
        let whole = request.header("Accept", accept).send().await.unwrap();
        assert_eq!(whole.headers()["headwater-row-count"], "2500");
        assert!(!whole.headers().contains_key("headwater-truncated"));
        assert_eq!(whole.text().await.unwrap().lines().count(), lines);
    }
}
