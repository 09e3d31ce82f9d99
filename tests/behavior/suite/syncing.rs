//! Copying, looking at rows, and asking.

use serde_json::{Value, json};

use super::stage;
use crate::behavior::engine::Engine;

pub async fn its_tables_are_copied_whole_and_then_by_what_changed(engine: &dyn Engine) {
    let stage = stage(engine).await;
    stage.client.connect(stage.database.clone()).await;
    let incremental = json!({"sync_options": {"incremental": true}});
    let first = stage
        .client
        .post("/data/sync", incremental.clone())
        .await
        .ok();
    assert_eq!(first["records_processed"], 5, "{first}");
    let again = stage.client.post("/data/sync", incremental).await.ok();
    assert_eq!(
        (&again["state"], &again["records_processed"]),
        (&json!("succeeded"), &json!(0))
    );
    for table in again["sources"][0]["tables"].as_array().unwrap() {
        let skipped = table["name"] == "big_orders";
        assert_eq!(table["status"] == "skipped", skipped, "{table}");
        assert!(skipped || table["strategy"] == "upsert", "{table}");
    }
    let count = json!({"source_id": "local", "sql": "SELECT count(*), min(name) FROM customers"});
    let counted = stage.client.post("/data/query", count).await.ok();
    assert_eq!(counted["rows"], json!([[3, "Ann"]]));
    // The name of the database and the host are its name.
    let listed = stage.client.get("/data/list").await.ok();
    assert!(listed[0]["last_synced_at"].is_string());
    engine
        .add_table(&stage.name, &stage.app.data_dir().join("files"))
        .await;
    let whole = stage.client.post("/data/sync", json!({})).await.ok();
    let mut tables = whole["sources"][0]["tables"].as_array().unwrap().iter();
    assert!(
        tables.any(|table| table["name"] == "added" && table["status"] == "copied"),
        "{whole}"
    );
}

pub async fn rows_that_are_gone_leave_the_copy_where_that_is_asked_for(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let files = stage.app.data_dir().join("files");
    engine.add_keyed(&stage.name, &files).await;
    stage.client.connect(stage.database.clone()).await;
    let sync = async |options: Value| {
        let body = json!({ "sync_options": options });
        stage.client.post("/data/sync", body).await.ok()
    };
    let of = |data: &Value, name: &str| {
        let mut tables = data["sources"][0]["tables"].as_array().unwrap().iter();
        tables.find(|table| table["name"] == name).unwrap().clone()
    };
    let sees_deletes = |report: &Value| !report["blind_spots"].to_string().contains("were deleted");
    let detecting = json!({"mode": "upsert", "detect_deletes": true});
    sync(detecting.clone()).await;
    engine.delete_rows(&stage.name, &files).await;
    let blind = sync(json!({"mode": "upsert"})).await;
    let swept = sync(detecting.clone()).await;
    for (table, before) in [("customers", 3), ("keyed", 4)] {
        let blind = of(&blind, table);
        assert_eq!(blind["strategy"], "upsert", "{blind}");
        assert_eq!(blind["rows_total"], before, "{blind}");
        assert!(
            !sees_deletes(&blind) && blind["rows_deleted"].is_null(),
            "{blind}"
        );
        let swept = of(&swept, table);
        assert_eq!(swept["strategy"], "upsert", "{swept}");
        assert_eq!(swept["rows_deleted"], 1, "{swept}");
        assert_eq!(swept["rows_total"], before - 1, "{swept}");
        assert_eq!(swept["rows_written"], 0, "{swept}");
        assert!(sees_deletes(&swept), "{swept}");
    }
    let jobs = stage.client.get("/data/jobs?kind=sync").await.ok();
    let counted = |job: usize| {
        let mut tables = jobs[job]["progress"]["tables"].as_array().unwrap().iter();
        tables.find(|table| table["name"] == "customers").unwrap()["keys_done"].clone()
    };
    assert_eq!([counted(0), counted(1)], [json!(2), json!(null)], "{jobs}");
    let left = json!({"source_id": "local", "sql": "SELECT name FROM customers ORDER BY name"});
    let left = stage.client.post("/data/query", left).await.ok();
    assert_eq!(left["rows"], json!([["Ann"], ["Cid"]]));
    let again = sync(detecting).await;
    assert_eq!(of(&again, "keyed")["rows_deleted"], 0, "{again}");
    assert_eq!(of(&again, "customers")["rows_total"], 2, "{again}");
}

pub async fn its_rows_are_looked_at_at_the_source_and_in_the_copy(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    stage.client.post("/data/sync", json!({})).await.ok();
    let key = engine.customers()[0].0;
    for from in ["source", "local"] {
        for (more, expected) in [
            (json!({"order_by": key}), vec!["Ann", "Bob", "Cid"]),
            (
                json!({"order_by": "name desc", "limit": 2}),
                vec!["Cid", "Bob"],
            ),
            (json!({"order_by": key, "limit": 2, "page": 2}), vec!["Cid"]),
            (json!({"search_term": "BO"}), vec!["Bob"]),
            (
                json!({"column_filters": {"name": {"gte": "Bob"}}, "order_by": key}),
                vec!["Bob", "Cid"],
            ),
            (
                json!({"column_filters": {"name": ["Ann", "Nobody"]}}),
                vec!["Ann"],
            ),
        ] {
            let mut body =
                json!({"source_id": connected["source_id"], "table": "customers", "from": from});
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let data = stage.client.post("/data/preview", body).await.ok();
            let columns = data["columns"].as_array().unwrap();
            let at = columns
                .iter()
                .position(|column| column["name"] == "name")
                .unwrap();
            let rows = data["rows"].as_array().unwrap().iter();
            let names: Vec<_> = rows.map(|row| row[at].as_str().unwrap()).collect();
            assert_eq!(names, expected, "{from}: {more}");
        }
    }
}

pub async fn it_answers_a_statement_that_reads_and_no_other(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    let ask = async |statement: Value| {
        let mut body = json!({"source_id": connected["source_id"], "limit": 2});
        body.as_object_mut()
            .unwrap()
            .extend(statement.as_object().unwrap().clone());
        stage.client.post("/data/query", body).await
    };
    let (reads, writes) = engine.statements();
    let data = ask(reads).await.ok();
    assert_eq!(
        (&data["row_count"], &data["truncated_by"]),
        (&json!(2), &json!("limit"))
    );
    let columns = data["columns"].as_array().unwrap();
    let at = columns
        .iter()
        .position(|column| column["name"] == "name")
        .unwrap();
    assert_eq!(data["rows"][0][at], "Ann");
    for statement in writes {
        let refused = ask(statement.clone()).await;
        assert_eq!(refused.status, 422, "{statement}: {}", refused.body);
    }
    let left = stage
        .client
        .post(
            "/data/preview",
            json!({"source_id": connected["source_id"], "table": "customers"}),
        )
        .await
        .ok();
    assert_eq!(left["row_count"], 3);
}
