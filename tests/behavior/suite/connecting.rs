//! Connecting, testing and listing.

use serde_json::{Value, json};

use super::{id, names, of, stage, table};
use crate::behavior::engine::{Engine, url};
use crate::behavior::faults::Silent;

pub async fn it_connects_by_its_fields_and_lists_its_tables(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    assert_eq!(connected["connectionStatus"], true);
    assert_eq!(connected["errorMessage"], Value::Null);
    assert_eq!(connected["engine"], engine.name());
    assert_eq!(
        names(&connected["sources"]),
        ["big_orders", "customers", "orders"]
    );
    for table in connected["sources"].as_array().unwrap() {
        assert!(id(&table["id"]).starts_with("tbl_"), "{table}");
        assert_eq!(table["row_count"], Value::Null, "nobody asked to count");
        let is_view = table["name"] == "big_orders";
        assert_eq!(table["type"] == "view", is_view, "{table}");
    }
    let listed = stage
        .client
        .get("/data/workspace_id/list?tables=true")
        .await
        .ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let source = &listed[0];
    assert_eq!(source["id"], connected["source_id"]);
    assert_eq!(
        (&source["type"], &source["engine"]),
        (&json!("database"), &json!(engine.name()))
    );
    assert_eq!(
        (&source["status"], &source["table_count"]),
        (&json!("connected"), &json!(3))
    );
    assert_eq!(source["database"], stage.database["database"]);
    assert!(source["last_tested_at"].is_string());
    assert_eq!(
        names(&source["tables"]),
        ["big_orders", "customers", "orders"]
    );
    let loaded = stage.client.get("/workspaces/default/load").await.ok();
    assert_eq!(
        (&loaded["source_count"], &loaded["sources"][0]["id"]),
        (&json!(1), &source["id"])
    );
}

pub async fn it_connects_by_its_url(engine: &dyn Engine) {
    let stage = stage(engine).await;
    for scheme in of(engine)
        .url_schemes
        .iter()
        .filter(|scheme| !scheme.contains("srv"))
    {
        let url = url(scheme, &stage.database);
        let options = stage.database["options"].clone();
        let connected = stage
            .client
            .connect(json!({"url": url, "name": scheme, "options": options}))
            .await;
        assert_eq!(connected["engine"], engine.name(), "{scheme}");
        assert_eq!(
            connected["sources"].as_array().map(Vec::len),
            Some(3),
            "{scheme}"
        );
    }
}

pub async fn the_same_name_again_updates_the_source_and_keeps_every_id(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let database = stage.with(&json!({"name": "shop"}));
    let first = stage.client.connect(database.clone()).await;
    let second = stage.client.connect(database.clone()).await;
    assert_eq!(first, second);
    // The password is kept where it is left out, empty or starred.
    for password in [Value::Null, json!(""), json!("***")] {
        let mut again = database.clone();
        again["password"] = password;
        assert_eq!(stage.client.connect(again).await, first);
    }
    let listed = stage.client.get("/data/default/list").await.ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
}

pub async fn rows_are_counted_exactly_when_that_is_asked_for(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let body = json!({"database": stage.database, "computeRowCount": true});
    let connected = stage
        .client
        .post("/data/workspace_id/connect", body)
        .await
        .ok();
    let counts =
        ["customers", "orders"].map(|name| &table(&connected["sources"], name)["row_count"]);
    assert_eq!(counts, [&json!(3), &json!(2)]);
}

pub async fn a_test_passes_every_stage_and_keeps_nothing(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let body = stage.test(stage.database.clone()).await;
    assert_eq!(body["status"], "success", "{body}");
    let data = &body["data"];
    let stages: Vec<_> = data["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["stage"].as_str().unwrap())
        .collect();
    let expected: &[_] = if engine.has_server() {
        &[
            "resolve",
            "connect",
            "authenticate",
            "open_database",
            "read_catalog",
        ]
    } else {
        &["open_database", "read_catalog"]
    };
    let passed: Vec<_> = stages
        .iter()
        .copied()
        .filter(|stage| *stage != "tls")
        .collect();
    assert_eq!(passed, expected);
    for record in data["stages"].as_array().unwrap() {
        assert!(record["ok"] == true && record["ms"].is_f64(), "{record}");
    }
    assert_eq!(
        stages.contains(&"tls"),
        data["server"]["tls"].is_object(),
        "{data}"
    );
    assert_eq!(data["server"]["engine"], engine.name());
    assert!(!data["server"]["version"].as_str().unwrap().is_empty());
    assert_eq!(
        (
            &data["access"]["tables"],
            &data["access"]["unreadable_tables"]
        ),
        (&json!(3), &json!(0))
    );
    assert_eq!(stage.client.get("/data/default/list").await.ok(), json!([]));
    let config =
        json!({"source_config": {"type": "database", "connection_config": stage.database}});
    stage
        .client
        .post("/data/test-connection", config)
        .await
        .ok();
}

pub async fn a_source_that_is_kept_is_tested_by_its_id(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let connected = stage.client.connect(stage.database.clone()).await;
    let body = json!({"source_id": connected["source_id"]});
    let data = stage
        .client
        .post("/data/default/test-connection", body)
        .await
        .ok();
    assert_eq!(data["server"]["engine"], engine.name());
}

pub async fn tables_are_chosen_and_ignored(engine: &dyn Engine) {
    let stage = stage(engine).await;
    for (choice, left) in [
        (json!({"tables": ["customers", "nope"]}), &["customers"][..]),
        (
            json!({"selectedTables": ["orders"], "ignoreTables": null}),
            &["orders"],
        ),
        (
            json!({"ignoreTables": ["customers"]}),
            &["big_orders", "orders"],
        ),
    ] {
        let mut database = stage.with(&choice);
        database["name"] = json!(choice.to_string());
        let connected = stage.client.connect(database).await;
        assert_eq!(names(&connected["sources"]), left, "{choice}");
        let warned = connected["warnings"].to_string().contains("'nope'");
        assert_eq!(warned, choice["tables"].is_array(), "{connected}");
        let schema = stage.schema(id(&connected["source_id"]), "").await;
        assert_eq!(names(&schema["tables"]), left, "{choice}");
    }
}

pub async fn the_server_says_itself_which_engine_it_is(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let unnamed = stage.with(&json!({"databaseType": null}));
    let connected = stage.client.connect(unnamed).await;
    assert_eq!(connected["engine"], engine.name());
    let body = stage.test(stage.with(&json!({"databaseType": null}))).await;
    let listed = body["data"]["stages"].as_array().unwrap();
    let stages: Vec<_> = listed
        .iter()
        .map(|s| s["stage"].as_str().unwrap())
        .collect();
    assert_eq!(stages[..2], ["resolve", "connect"], "{body}");
    assert_eq!(
        stages.iter().filter(|s| **s == "connect").count(),
        1,
        "the asking is no stage: {body}"
    );
}

pub async fn a_password_is_kept_for_its_own_server_alone(engine: &dyn Engine) {
    let stage = stage(engine).await;
    stage
        .client
        .connect(stage.with(&json!({"name": "shop"})))
        .await;
    let mut silent = Silent::start().await;
    let elsewhere = stage.with(&json!({"name": "shop", "port": silent.port, "password": null}));
    let body = json!({ "database": elsewhere });
    stage
        .client
        .post("/data/default/connect", body.clone())
        .await
        .failed(400, "credentials_required");
    stage
        .client
        .post("/data/default/test-connection", body)
        .await
        .failed(400, "credentials_required");
    assert!(silent.events.try_recv().is_err(), "nothing was dialled");
    let kept = stage.client.get("/data/default/list").await.ok();
    assert_eq!(kept[0]["status"], "connected");
}
