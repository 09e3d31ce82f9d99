//! Schemas: read, kept, read again.

use reqwest::Method;
use serde_json::{Value, json};

use super::{id, names, stage, table};
use crate::behavior::engine::{Engine, unique};
use crate::behavior::faults::{Gate, Wire};

pub async fn the_schema_is_read_once_and_answered_from_what_was_kept(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    let source = id(&connected["source_id"]);
    let schema = stage.schema(source, "").await;
    assert_eq!(
        names(&schema["tables"]),
        ["big_orders", "customers", "orders"]
    );
    let customers = table(&schema["tables"], "customers");
    let columns: Vec<_> = customers["columns"].as_array().unwrap().iter().collect();
    let read: Vec<_> = columns
        .iter()
        .map(|column| {
            (
                column["name"].as_str().unwrap(),
                column["logical_type"].as_str().unwrap(),
                column["nullable"].as_bool().unwrap(),
                column["primary_key"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(read, engine.customers());
    for (position, column) in columns.iter().enumerate() {
        assert_eq!(column["position"], position + 1, "{column}");
        assert!(column["type"].is_string());
    }
    let key: Vec<_> = read
        .iter()
        .filter(|column| column.3)
        .map(|column| json!(column.0))
        .collect();
    assert_eq!(customers["primary_key"], json!(key));
    assert_eq!(
        customers["id"],
        table(&connected["sources"], "customers")["id"],
        "an id is an id"
    );
    assert_eq!(schema["stale"], false);

    assert_eq!(
        stage.schema(source, "").await,
        schema,
        "the second time it comes from what was kept"
    );
    let one = stage.schema(id(&customers["id"]), "").await;
    assert_eq!(
        one["tables"],
        json!([customers]),
        "a table is addressed like a source"
    );

    let path = format!("/data/workspace_id/schema?source_id={source}");
    let plain = stage
        .client
        .request(Method::GET, &path)
        .send()
        .await
        .unwrap();
    let tag = plain.headers()["etag"].clone();
    let again = stage
        .client
        .request(Method::GET, &path)
        .header("If-None-Match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    assert!(again.bytes().await.unwrap().is_empty());
    let zipped = stage
        .client
        .request(Method::GET, &path)
        .header("Accept-Encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    let mut text = String::new();
    let bytes = zipped.bytes().await.unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text)
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap()["data"],
        schema
    );
}

pub async fn a_refresh_sees_what_changed(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    let source = id(&connected["source_id"]);
    let before = stage.schema(source, "").await;
    engine
        .add_table(&stage.name, &stage.app.data_dir().join("files"))
        .await;
    assert_eq!(stage.schema(source, "").await, before);
    let after = stage.schema(source, "&refresh=true").await;
    assert_eq!(
        names(&after["tables"]),
        ["added", "big_orders", "customers", "orders"]
    );
    assert_ne!(before["fingerprint"], after["fingerprint"]);
    assert_eq!(
        table(&before["tables"], "orders")["id"],
        table(&after["tables"], "orders")["id"],
        "a table keeps its id"
    );
    let listed = stage
        .client
        .get("/data/default/list?tables=true")
        .await
        .ok();
    assert_eq!(names(&listed[0]["tables"]), names(&after["tables"]));
}

pub async fn a_source_that_is_down_answers_from_what_was_kept_and_says_so(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let file = stage
        .app
        .data_dir()
        .join("files")
        .join(stage.database["database"].as_str().unwrap());
    let wire = match stage.database["port"].as_u64() {
        Some(port) => Some(Wire::to(port).await),
        None => None,
    };
    let database = match &wire {
        Some(wire) => stage.with(&json!({"port": wire.port})),
        None => stage.database.clone(),
    };
    let connected = stage.client.connect(database).await;
    let source = id(&connected["source_id"]);
    let kept = stage.schema(source, "").await;
    match wire {
        Some(wire) => wire.cut(),
        None => std::fs::remove_file(file).unwrap(),
    }
    let down = stage.schema(source, "&refresh=true").await;
    assert_eq!(
        (&down["stale"], &down["tables"]),
        (&json!(true), &kept["tables"])
    );
    assert!(
        down["stale_reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    assert_eq!(stage.schema(source, "").await["tables"], kept["tables"]);
    let listed = stage.client.get("/data/default/list").await.ok();
    assert_eq!(listed[0]["status"], "unreachable");
}

pub async fn a_deleted_table_is_gone_until_the_source_is_connected_again(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    let source = id(&connected["source_id"]);
    stage.schema(source, "").await;
    let orders = id(&table(&connected["sources"], "orders")["id"]).to_owned();
    let cleaned = stage
        .client
        .post(
            "/data/workspace_id/cleanup",
            json!({"source_ids": [orders]}),
        )
        .await
        .ok();
    assert_eq!(
        (&cleaned["deleted_count"], &cleaned["deleted_ids"]),
        (&json!(1), &json!([orders]))
    );
    for more in ["", "&refresh=true", ""] {
        let schema = stage.schema(source, more).await;
        assert_eq!(
            names(&schema["tables"]),
            ["big_orders", "customers"],
            "{more}"
        );
    }
    let path = format!("/data/workspace_id/schema?source_id={orders}");
    stage.client.get(&path).await.failed(404, "not_found");
    let again = stage.client.connect(stage.database.clone()).await;
    assert_eq!(id(&table(&again["sources"], "orders")["id"]), orders);
    assert_eq!(
        stage.schema(source, "").await["tables"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    let cleaned = stage
        .client
        .post("/data/workspace_id/cleanup", json!({}))
        .await
        .ok();
    assert_eq!(cleaned["deleted_ids"], json!([source]));
    assert_eq!(stage.client.get("/data/default/list").await.ok(), json!([]));
}

pub async fn a_schema_is_inferred_without_keeping_anything(engine: &dyn Engine) {
    let stage = stage(engine).await;
    for path in ["/data/infer-schema", "/data/workspace_id/infer-schema"] {
        let schema = stage
            .client
            .post(path, json!({"database": stage.database}))
            .await
            .ok();
        assert_eq!(
            names(&schema["tables"]),
            ["big_orders", "customers", "orders"]
        );
        assert_eq!(schema["engine"], engine.name());
    }
    assert_eq!(stage.client.get("/data/default/list").await.ok(), json!([]));
}

pub async fn a_refresh_reads_as_many_parts_as_it_said(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    let body = json!({"source_id": connected["source_id"]});
    let path = "/data/default/schema/refresh";
    let read = stage.client.post(path, body).await.ok();
    assert_eq!(
        (&read["version"], &read["table_count"]),
        (&json!(1), &json!(3))
    );
    let at = format!("/data/default/jobs/{}", id(&read["job_id"]));
    let progress = stage.client.get(&at).await.ok()["progress"].clone();
    assert_eq!(progress["phase"], "keep");
    assert!(progress["total"].as_u64().unwrap() > 1, "{progress}");
    assert_eq!(progress["done"], progress["total"]);
}

pub async fn a_renamed_table_keeps_its_id_and_says_so(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let files = stage.app.data_dir().join("files");
    let connected = stage.client.connect(stage.database.clone()).await;
    let source = id(&connected["source_id"]);
    let before = stage.schema(source, "").await;
    engine
        .rename_customers(&stage.name, &files, "clients")
        .await;
    let after = stage.schema(source, "&refresh=true").await;
    assert_eq!(names(&after["tables"]), ["big_orders", "clients", "orders"]);
    let customers = &table(&before["tables"], "customers")["id"];
    assert_eq!(&table(&after["tables"], "clients")["id"], customers);
    let path = format!("/data/default/schema/changes?source_id={source}");
    let changes = stage.client.get(&path).await.ok();
    let renamed = changes["changes"].as_array().unwrap().iter();
    let renamed: Vec<_> = renamed
        .filter(|change| change["kind"] == "table_renamed")
        .map(|change| {
            (
                &change["table_id"],
                &change["before"]["name"],
                &change["after"]["name"],
            )
        })
        .collect();
    assert_eq!(
        renamed,
        [(customers, &json!("customers"), &json!("clients"))],
        "{changes}"
    );
    assert_eq!(
        (&changes["from"]["version"], &changes["to"]["version"]),
        (&json!(1), &json!(2))
    );
}

pub async fn a_connect_in_the_middle_of_a_reading_has_the_last_word(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let other = unique();
    let files = stage.app.data_dir().join("files");
    let mut other_database = engine.make(&other, &files).await;
    engine.add_table(&other, &files).await;
    let mut gate = Gate::to(stage.database["port"].as_u64().unwrap()).await;
    let first = stage.with(&json!({"name": "one", "port": gate.port}));
    let connected = stage.client.connect(first).await;
    let source = id(&connected["source_id"]);
    gate.shut();
    let reading = stage.schema(source, "");
    let connecting = async {
        gate.somebody_waits().await;
        other_database["name"] = json!("one");
        stage.client.connect(other_database).await;
        gate.open();
    };
    let (schema, ()) = futures_util::join!(reading, connecting);
    assert_eq!(
        names(&schema["tables"]),
        ["added", "big_orders", "customers", "orders"],
        "what was read of the first database is not kept"
    );
    assert_eq!(schema["version"], 1);
}
