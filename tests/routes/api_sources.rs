//! Sources of the type `api`, as callers see them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::connectors::http_api::fake::{Api, json as answer, status};
use crate::support::app::{CANARY, TestApp};
use crate::support::client::Client;

/// Two pages of orders and one endpoint more, for those who know the key.
pub(super) async fn shop() -> Api {
    Api::start(|asked| {
        if asked.header("x-api-key") != Some(CANARY) {
            return status(401, "");
        }
        match (asked.target.split('?').next().unwrap(), asked.param("page")) {
            ("/v1/orders", Some("1")) => {
                answer(r#"{"data":[{"id":1,"total":9.99},{"id":2,"total":5}]}"#)
            }
            ("/v1/orders", Some("2")) => answer(r#"{"data":[{"id":3,"total":0.1,"note":"late"}]}"#),
            ("/v1/orders", _) => answer(r#"{"data":[]}"#),
            ("/v1/customers", _) => answer(r#"[{"id":7,"name":"Ada"}]"#),
            _ => status(404, ""),
        }
    })
    .await
}

pub(super) fn source(api: &Api) -> Value {
    json!({"type": "api", "name": "sales", "connection_config": {
    "base_url": format!("{}/v1", api.url()),
    "api_key": CANARY,
    "endpoints": [
        {"name": "orders", "path": "/orders", "record_path": "data", "primary_key": "id",
         "pagination": {"type": "page"}},
        {"path": "/customers"},
    ]}})
}

#[actix_web::test]
async fn an_api_is_connected_tested_read_copied_previewed_and_cleaned_up() {
    let app = TestApp::start();
    let admin = app.admin();
    let api = shop().await;
    let tested = admin
        .post(
            "/data/test-connection",
            json!({"source_config": source(&api)}),
        )
        .await
        .ok();
    let stages: Vec<_> = tested["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["stage"])
        .collect();
    assert_eq!(
        stages,
        [
            "resolve",
            "connect",
            "authenticate",
            "open_database",
            "read_catalog"
        ]
    );

    let connected = admin
        .post("/data/connect", json!({"sources": [source(&api)]}))
        .await
        .ok();
    let one = &connected["connected_sources"][0];
    assert_eq!(
        (&one["type"], &one["engine"], &one["table_count"]),
        (&json!("api"), &json!("api"), &json!(2))
    );
    let id = one["id"].as_str().unwrap();
    let listed = admin.get("/data/list").await.ok();
    assert_eq!(
        (&listed[0]["type"], &listed[0]["host"]),
        (&json!("api"), &json!("127.0.0.1"))
    );

    let schema = admin
        .get(&format!("/data/schema?source_id={id}"))
        .await
        .ok();
    let orders = &schema["tables"][1];
    assert_eq!(
        (&orders["name"], &orders["primary_key"]),
        (&json!("orders"), &json!(["id"]))
    );
    assert_eq!(orders["sample"]["documents"], 3);

    let synced = admin
        .post("/data/sync", json!({"source_ids": [id]}))
        .await
        .ok();
    assert_eq!(
        (&synced["state"], &synced["records_processed"]),
        (&json!("succeeded"), &json!(4))
    );
    for from in ["source", "local"] {
        let body = json!({"source_id": id, "table": "orders", "from": from, "order_by": "id desc", "limit": 2});
        let rows = admin.post("/data/preview", body).await.ok();
        assert_eq!(
            rows["rows"],
            json!([[3, 0.1, "late"], [2, 5.0, null]]),
            "{from}"
        );
    }
    let body = json!({"source_id": "local",
        "sql": "SELECT count(*), sum(total) FROM orders JOIN customers ON customers.id = 7"});
    let joined = admin.post("/data/query", body).await.ok();
    assert_eq!(joined["rows"][0][0], 3);
    let refused = admin
        .post("/data/query", json!({"source_id": id, "sql": "SELECT 1"}))
        .await;
    assert_eq!(
        refused.body["error"]["code"], "invalid_query",
        "{}",
        refused.body
    );

    let gone = admin
        .post("/data/cleanup", json!({"source_ids": [id]}))
        .await
        .ok();
    assert_eq!(gone["deleted_count"], 1);
}

#[actix_web::test]
async fn a_kept_key_is_used_again_at_its_own_host_alone() {
    let app = TestApp::start();
    let admin = app.admin();
    let (api, other) = (shop().await, shop().await);
    admin
        .post("/data/connect", json!({"sources": [source(&api)]}))
        .await
        .ok();
    let again = |config: Value| json!({"sources": [{"type": "api", "name": "sales", "connection_config": config}]});
    // Other endpoints of the same API.
    let endpoints = json!([{"path": "/customers"}]);
    let data = admin
        .post("/data/connect", again(json!({"endpoints": endpoints})))
        .await
        .ok();
    assert_eq!(data["connected_sources"][0]["table_count"], 1);
    let base_url = format!("{}/v1", other.url());
    let moved = json!({"base_url": base_url, "endpoints": endpoints});
    let answer = admin.post("/data/connect", again(moved)).await;
    let code = &answer.body["data"]["failed_sources"][0]["error"]["code"];
    assert_eq!(code, "credentials_required", "{}", answer.body);
    assert!(other.asked().is_empty());
}

#[actix_web::test]
async fn what_is_wrong_of_an_api_is_told_with_its_field_and_its_stage() {
    let app = TestApp::start();
    let admin = app.admin();
    let api = shop().await;
    let mut wrong = source(&api);
    wrong["connection_config"]["api_key"] = json!("wrong");
    let tested = admin
        .post("/data/test-connection", json!({"source_config": wrong}))
        .await;
    assert_eq!(
        tested.body["error"]["code"], "authentication_failed",
        "{}",
        tested.body
    );
    assert_eq!(tested.body["error"]["details"]["stage"], "authenticate");
    let no_address = json!({"sources": [{"type": "api", "name": "x", "connection_config": {"api_key": CANARY}}]});
    let refused = admin.post("/data/connect", no_address).await;
    let error = &refused.body["data"]["failed_sources"][0]["error"];
    assert_eq!(
        error["details"]["path"], "sources[0].connection_config.base_url",
        "{}",
        refused.body
    );
}

type Records = Arc<Mutex<Vec<Value>>>;

/// Orders that change, each with the time of its last change; those since `since`, where that is asked.
async fn changing() -> (Api, Records) {
    let records: Records = Arc::new(Mutex::new(vec![
        json!({"id": 1, "n": 1, "at": "2024-01-01T00:00:00Z"}),
        json!({"id": 2, "n": 2, "at": "2024-01-02T00:00:00Z"}),
    ]));
    let all = Arc::clone(&records);
    let api = Api::start(move |asked| {
        let since = asked.param("since").unwrap_or_default().replace("%3A", ":");
        let records = all.lock().unwrap();
        let wanted = records
            .iter()
            .filter(|record| record["at"].as_str().unwrap() >= &since[..]);
        answer(json!(wanted.collect::<Vec<_>>()).to_string())
    })
    .await;
    (api, records)
}

fn change(records: &Records) {
    let mut records = records.lock().unwrap();
    records[0] = json!({"id": 1, "n": 10, "at": "2024-01-03T00:00:00Z"});
    records.push(json!({"id": 3, "n": 3, "at": "2024-01-02T12:00:00Z"}));
}

async fn connect(client: &Client, api: &Api, endpoint: Value) {
    let mut config =
        json!({"base_url": api.url(), "endpoints": [{"name": "orders", "path": "/orders"}]});
    let known = config["endpoints"][0].as_object_mut().unwrap();
    known.extend(endpoint.as_object().unwrap().clone());
    let source = json!({"type": "api", "name": "sales", "connection_config": config});
    client
        .post("/data/connect", json!({"sources": [source]}))
        .await
        .ok();
}

/// Copies, and answers the report of the one table.
async fn copy(client: &Client, options: Value) -> Value {
    let body = json!({ "sync_options": options });
    let data = client.post("/data/sync", body).await.ok();
    data["sources"][0]["tables"][0].clone()
}

async fn copied(client: &Client) -> Value {
    let body = json!({"source_id": "local", "sql": "SELECT id, n FROM orders ORDER BY id"});
    client.post("/data/query", body).await.ok()["rows"].clone()
}

#[actix_web::test]
async fn what_changed_is_asked_of_an_api_by_the_field_and_the_parameter_of_its_endpoint() {
    let app = TestApp::start();
    let admin = app.admin();
    let (api, records) = changing().await;
    let more = json!({"primary_key": "id", "cursor_field": "at", "cursor_param": "since"});
    connect(&admin, &api, more).await;
    let incremental = json!({"incremental": true});
    let first = copy(&admin, incremental.clone()).await;
    assert_eq!(first["cursor"]["value"], "2024-01-02T00:00:00.000000000Z");
    let nothing = copy(&admin, incremental.clone()).await;
    let asked = api.targets().pop().unwrap();
    assert_eq!(asked, "/orders?since=2024-01-01T23%3A55%3A00Z");
    assert_eq!(
        (
            &nothing["strategy"],
            &nothing["rows_read"],
            &nothing["rows_written"]
        ),
        (&json!("upsert"), &json!(1), &json!(0)),
        "{nothing}"
    );
    assert_eq!(nothing["cursor"], first["cursor"]);
    change(&records);
    let more = copy(&admin, incremental).await;
    assert_eq!(more["rows_written"], 2, "{more}");
    assert_eq!(more["cursor"]["value"], "2024-01-03T00:00:00.000000000Z");
    assert!(more["reason"].is_null(), "{more}");
    assert_eq!(copied(&admin).await, json!([[1, 10], [2, 2], [3, 3]]));
}

#[actix_web::test]
async fn an_api_that_cannot_be_asked_sends_all_and_what_is_new_of_it_is_taken() {
    let app = TestApp::start();
    let admin = app.admin();
    let (api, records) = changing().await;
    connect(
        &admin,
        &api,
        json!({"primary_key": "id", "cursor_field": "at"}),
    )
    .await;
    let incremental = json!({"incremental": true});
    copy(&admin, incremental.clone()).await;
    change(&records);
    records.lock().unwrap()[1]["n"] = json!(7);
    records.lock().unwrap()[1]["at"] = json!("2023-01-01T00:00:00Z");
    let more = copy(&admin, incremental).await;
    assert_eq!(
        (&more["strategy"], &more["rows_read"]),
        (&json!("upsert"), &json!(2)),
        "{more}"
    );
    assert!(more["reason"].as_str().unwrap().contains("sends all rows"));
    // Set back behind what was seen, as `blind_spots` say.
    assert!(more["blind_spots"].to_string().contains("set it back"));
    assert_eq!(copied(&admin).await, json!([[1, 10], [2, 2], [3, 3]]));
}

#[actix_web::test]
async fn a_callers_cursor_wins_and_a_field_that_can_be_none_is_told() {
    let app = TestApp::start();
    let admin = app.admin();
    let (api, records) = changing().await;
    let more = json!({"primary_key": "id", "cursor_field": "at", "cursor_param": "since"});
    connect(&admin, &api, more).await;
    let by_id = json!({"incremental": true, "cursor_columns": {"orders": "id"}});
    copy(&admin, by_id.clone()).await;
    change(&records);
    let told = copy(&admin, by_id).await;
    assert_eq!(
        (&told["cursor"]["column"], &told["cursor"]["value"]),
        (&json!("id"), &json!("3"))
    );
    assert_eq!(api.targets().pop().unwrap(), "/orders");
    for (field, why) in [("no", "no column `no`"), ("who", "of the type string")] {
        records.lock().unwrap()[0]["who"] = json!("me");
        connect(
            &admin,
            &api,
            json!({"primary_key": "id", "cursor_field": field}),
        )
        .await;
        copy(&admin, json!({})).await;
        let unfit = copy(&admin, json!({"mode": "upsert"})).await;
        assert_eq!(unfit["strategy"], "upsert", "{unfit}");
        let reason = unfit["reason"].as_str().unwrap();
        assert!(
            reason.contains(why) && reason.contains("All rows are read"),
            "{reason}"
        );
    }
}

#[actix_web::test]
async fn rows_are_read_by_the_session_that_told_the_tables() {
    let app = TestApp::start();
    let admin = app.admin();
    let (api, _) = changing().await;
    connect(&admin, &api, json!({"primary_key": "id"})).await;
    let before = api.targets().len();
    assert_eq!(copy(&admin, json!({})).await["rows_read"], 2);
    // Connecting, the schema, and the rows.
    assert_eq!(api.targets().len() - before, 3, "{:?}", api.targets());
}

#[actix_web::test]
async fn an_endpoint_that_cannot_be_read_for_a_while_is_told_and_keeps_its_copy() {
    let app = TestApp::start();
    let admin = app.admin();
    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    let api = Api::start(move |asked| match asked.target.as_str() {
        "/orders" if is_gone.load(Ordering::SeqCst) => status(403, ""),
        _ => answer(r#"[{"id":1}]"#),
    })
    .await;
    let endpoints = json!([{"path": "/customers"}, {"path": "/orders"}]);
    let config = json!({"base_url": api.url(), "endpoints": endpoints});
    let source = json!({"type": "api", "name": "sales", "connection_config": config});
    let body = json!({"sources": [source]});
    admin.post("/data/connect", body).await.ok();
    let orders = |data: &Value| {
        let mut tables = data["sources"][0]["tables"].as_array().unwrap().iter();
        tables
            .find(|table| table["name"] == "orders")
            .unwrap()
            .clone()
    };
    let first = admin.post("/data/sync", json!({})).await.ok();
    assert_eq!(first["state"], "succeeded");
    gone.store(true, Ordering::SeqCst);
    // However often: a table that is known does not fall silent.
    for _ in 0..2 {
        let data = admin.post("/data/sync", json!({})).await.ok();
        assert_eq!(
            (&data["state"], &orders(&data)["status"]),
            (&json!("partial"), &json!("failed"))
        );
        assert!(
            orders(&data)["error"]["message"]
                .as_str()
                .unwrap()
                .contains("may not read"),
            "{data}"
        );
    }
    let preview = json!({"source_id": orders(&first)["id"]});
    let refused = admin.post("/data/preview", preview).await;
    assert!(
        refused.body["message"].to_string().contains("may not read"),
        "{}",
        refused.body
    );
    let count = json!({"source_id": "local", "sql": "SELECT count(*) FROM orders"});
    let counted = admin.post("/data/query", count).await.ok();
    assert_eq!(counted["rows"], json!([[1]]));
    gone.store(false, Ordering::SeqCst);
    let again = admin.post("/data/sync", json!({})).await.ok();
    assert_eq!(again["state"], "succeeded");
    assert_eq!(orders(&again)["id"], orders(&first)["id"]);
}

#[actix_web::test]
async fn an_endpoint_without_records_is_no_failure_and_empties_its_copy() {
    let app = TestApp::start();
    let admin = app.admin();
    let empty = Arc::new(AtomicBool::new(true));
    let is_empty = Arc::clone(&empty);
    let api = Api::start(move |_| {
        if is_empty.load(Ordering::SeqCst) {
            answer("[]")
        } else {
            answer(r#"[{"id":1},{"id":2}]"#)
        }
    })
    .await;
    let config = json!({"base_url": api.url(), "endpoints": [{"path": "/orders"}]});
    let source = json!({"type": "api", "name": "sales", "connection_config": config});
    admin
        .post("/data/connect", json!({"sources": [source]}))
        .await
        .ok();
    for (is_empty, incremental, status, rows) in [
        (true, false, "skipped", 0),
        (false, false, "copied", 2),
        // Nothing is new, which is not that nothing is there.
        (true, true, "skipped", 2),
        (true, false, "copied", 0),
        (false, false, "copied", 2),
    ] {
        empty.store(is_empty, Ordering::SeqCst);
        let body = json!({"sync_options": {"incremental": incremental}});
        let data = admin.post("/data/sync", body).await.ok();
        assert_eq!(data["state"], "succeeded", "{data}");
        assert_eq!(data["sources"][0]["tables"][0]["status"], status, "{data}");
        if !(is_empty && status == "skipped" && rows == 0) {
            let count = json!({"source_id": "local", "sql": "SELECT count(*) FROM orders"});
            let counted = admin.post("/data/query", count).await.ok();
            assert_eq!(counted["rows"], json!([[rows]]));
        }
    }
}
