//! One source with its settings: enough for a form, and no secret.

use serde_json::json;

use crate::connectors::http_api::fake::{Api, json as answer};
use crate::support::app::{CANARY, TestApp};

#[actix_web::test]
async fn a_source_is_shown_with_its_settings_and_what_is_copied_but_no_secret() {
    let app = TestApp::start();
    let admin = app.admin();
    let api = Api::start(|_| answer(r#"[{"id": 1}, {"id": 2}]"#)).await;
    // The client looks for the token in every answer.
    let database = json!({
        "base_url": api.url(), "name": "sales", "auth": {"type": "bearer", "token": CANARY},
        "endpoints": [{"path": "/orders", "primary_key": "id"}],
    });
    let connected = admin
        .post("/data/connect", json!({"database": database}))
        .await
        .ok();
    let id = connected["source_id"].as_str().unwrap();
    let path = format!("/data/default/sources/{id}");
    let shown = admin.get(&path).await.ok();
    assert_eq!(
        (&shown["id"], &shown["type"], &shown["server_product"]),
        (&json!(id), &json!("api"), &json!("HTTP API"))
    );
    let endpoint = &shown["settings"]["api"]["endpoints"][0];
    assert_eq!(endpoint["path"], "/orders");
    assert_eq!(shown["secrets"], json!(["api_key"]));
    assert_eq!(shown["copied_rows"], 0);

    admin.post("/data/sync", json!({})).await.ok();
    let shown = admin.get(&path).await.ok();
    assert_eq!(
        (&shown["copied_tables"], &shown["copied_rows"]),
        (&json!(1), &json!(2))
    );
    let nothing = admin.get("/data/default/sources/source_nothing").await;
    nothing.failed(404, "not_found");
}
