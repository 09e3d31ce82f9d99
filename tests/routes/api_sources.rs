//! Sources of the type `api`, as callers see them.

use serde_json::{Value, json};

use crate::connectors::http_api::fake::{Api, json as answer, status};
use crate::support::app::{CANARY, TestApp};

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
