//! Secrets on their way from workspace to workspace. Each answer, and the data folder, is searched
//! for the canary, which is the key of the source.

use serde_json::{Value, json};

use super::api_sources::{shop, source};
use super::workspace_archive::{archive, send_archive};
use super::workspace_transfer::{exported, import, resealed};
use crate::connectors::http_api::fake::Api;
use crate::support::app::TestApp;
use crate::support::client::{Client, send};

const PASSPHRASE: &str = "seven words are quite enough";

async fn app_with_key() -> (TestApp, Client, Api) {
    let app = TestApp::start();
    let admin = app.admin();
    let api = shop().await;
    let connect = json!({"sources": [source(&api)]});
    admin.post("/data/connect", connect).await.ok();
    (app, admin, api)
}

#[actix_web::test]
async fn under_a_passphrase_secrets_travel_and_the_source_works_at_once() {
    let (app, admin, _api) = app_with_key().await;
    let document = exported(&admin, "default", json!({"passphrase": PASSPHRASE})).await;
    assert_eq!(document["secrets"]["kdf"], "argon2id");
    let fields = document["secrets"]["sources"][0]["fields"]
        .as_object()
        .unwrap();
    assert!(fields.contains_key("api_key"), "{document}");
    assert!(!document.to_string().contains(PASSPHRASE));
    let bob = app.user("bob", "acme", "viewer");
    let given =
        json!({"export_data": document, "workspace_id": "default", "passphrase": PASSPHRASE});
    let imported = import(&bob, given.clone()).await.ok();
    assert_eq!(
        json!([
            imported["needs_credentials"],
            imported["sources"][0]["status"]
        ]),
        json!([[], "connected"])
    );
    let synced = bob.post("/data/sync", json!({})).await.ok();
    assert_eq!(synced["records_processed"], 4, "{synced}");
    let again = import(&bob, given).await.ok();
    assert_eq!(
        json!([
            again["summary"]["unchanged"],
            again["summary"]["sources_imported"]
        ]),
        json!([1, 0])
    );
}

#[actix_web::test]
async fn the_passphrase_of_an_archive_travels_in_a_header() {
    let (app, admin, _api) = app_with_key().await;
    let sealed = archive(&admin, "default", json!({"passphrase": PASSPHRASE})).await;
    let bob = app.user("bob", "acme", "viewer");
    let path = "/workspaces/import-tables?workspace_id=default";
    let given = async |passphrase: &str| {
        let request = bob.request(reqwest::Method::POST, path);
        let request = request.header("X-Headwater-Passphrase", passphrase);
        send(request.body(sealed.clone())).await
    };
    let failed = given("seven words are not enough").await;
    let failed = failed.failed(400, "invalid_field");
    assert_eq!(failed["error"]["details"]["path"], "document.json.secrets");
    let failed = given("short").await.failed(400, "invalid_field");
    assert_eq!(failed["error"]["details"]["path"], "passphrase");
    assert_eq!(bob.get("/workspaces/list").await.ok(), json!([]));
    let without = send_archive(&bob, "?workspace_id=default", sealed.clone()).await;
    assert_eq!(without.ok()["needs_credentials"], json!(["sales"]));
    let imported = given(PASSPHRASE).await.ok();
    assert_eq!(imported["needs_credentials"], json!([]));
    let synced = bob.post("/data/sync", json!({})).await.ok();
    assert_eq!(synced["records_processed"], 4, "{synced}");
    // One that no header can carry is refused before anything is sealed under it.
    let body = json!({"passphrase": "a blank at its very end ", "format": "archive"});
    let failed = admin.post("/workspaces/default/export-tables", body).await;
    let failed = failed.failed(400, "invalid_field");
    assert_eq!(failed["error"]["details"]["path"], "passphrase");
}

#[actix_web::test]
async fn without_it_they_stay_and_can_be_brought_later() {
    let (app, admin, _api) = app_with_key().await;
    let bare = exported(&admin, "default", json!({})).await;
    assert_eq!(bare["secrets"], Value::Null);
    let sealed = exported(&admin, "default", json!({"passphrase": PASSPHRASE})).await;
    let bob = app.user("bob", "acme", "viewer");
    let imported = import(&bob, bare).await.ok();
    assert_eq!(imported["needs_credentials"], json!(["sales"]));
    let imported = import(&bob, sealed.clone()).await.ok();
    assert_eq!(imported["needs_credentials"], json!(["sales"]));
    let warning = imported["warnings"][0].as_str().unwrap();
    assert!(warning.contains("no passphrase"), "{warning}");
    let given = json!({"export_data": sealed, "passphrase": PASSPHRASE});
    let imported = import(&bob, given).await.ok();
    assert_eq!(imported["needs_credentials"], json!([]));
}

#[actix_web::test]
async fn a_wrong_passphrase_and_a_source_that_was_turned_elsewhere_import_nothing() {
    let (app, admin, _api) = app_with_key().await;
    let document = exported(&admin, "default", json!({"passphrase": PASSPHRASE})).await;
    let bob = app.user("bob", "acme", "viewer");
    let refused = async |document: Value, passphrase: &str, path: &str, words: &str| {
        let given = json!({"export_data": document, "passphrase": passphrase});
        let failed = import(&bob, given).await.failed(400, "invalid_field");
        assert_eq!(failed["error"]["details"]["path"], path, "{failed}");
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    };
    let words = "does not open";
    refused(
        document.clone(),
        "seven words are not enough",
        "export_data.secrets",
        words,
    )
    .await;
    refused(document.clone(), "short", "passphrase", "12 characters").await;
    let edited = |change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        resealed(document)
    };
    let field = "export_data.secrets.sources[0].fields.api_key";
    for turned in [
        edited(&|d| {
            d["sources"][0]["settings"]["api"]["base_url"] = "http://127.0.0.1:9/v1".into();
        }),
        edited(&|d| {
            d["sources"][0]["id"] = "source_x".into();
            d["secrets"]["sources"][0]["source_id"] = "source_x".into();
        }),
    ] {
        refused(turned, PASSPHRASE, field, "as it was exported").await;
    }
    let costly = edited(&|d| d["secrets"]["memory_kib"] = 4_000_000.into());
    refused(
        costly,
        PASSPHRASE,
        "export_data.secrets.memory_kib",
        "sealing",
    )
    .await;
    assert_eq!(bob.get("/workspaces/list").await.ok(), json!([]));
}

#[actix_web::test]
async fn an_organizations_secrets_are_exported_by_its_admins_alone() {
    let (app, admin, _api) = app_with_key().await;
    let body = json!({"scope": "organization", "passphrase": PASSPHRASE});
    for role in ["viewer", "editor"] {
        let caller = app.user(role, "acme", role);
        let path = "/workspaces/default/export-tables";
        caller
            .post(path, body.clone())
            .await
            .failed(403, "forbidden");
        caller
            .post(path, json!({"scope": "organization"}))
            .await
            .ok();
    }
    exported(&admin, "default", body).await;
}
