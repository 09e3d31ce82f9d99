//! `/workspaces/…/export-tables` and `import-tables`. What is refused stands in
//! `workspace_transfer_hostile`, secrets in `workspace_transfer_secrets`.

use serde_json::{Value, json};

use super::projects::saved;
use crate::support::app::TestApp;
use crate::support::client::Client;

const SHOP: &str = "
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, rating REAL, photo BLOB, any);
  CREATE TABLE visits (id INTEGER PRIMARY KEY, changed_at TEXT);
  CREATE TABLE forgotten (a);
  INSERT INTO customers VALUES (1, 'Ada', -0.0, x'00ff', 9007199254740993),
    (-9223372036854775808, 'Grün', 1e308, x'', 9e999), (7, '', 0.1, NULL, 'NaN'), (8, char(0), 2.0, x'', 2.0);
  INSERT INTO visits VALUES (1, 'a'), (2, 'b');";

/// Runs a script on a file that sources can be connected to.
pub fn run(app: &TestApp, script: &str) {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = rusqlite::Connection::open(files.join("shop.sqlite")).unwrap();
    file.execute_batch(script).unwrap();
}

/// A server with a source `shop`, whose table `forgotten` is deleted and whose others are copied, and a project.
pub async fn app_with_workspace() -> (TestApp, Client) {
    let app = TestApp::start();
    let admin = app.admin();
    run(&app, SHOP);
    let database = json!({"url": "sqlite:shop.sqlite", "name": "shop"});
    let source = admin.connect(database).await["source_id"].clone();
    let listed = admin.get("/data/list?tables=true").await.ok();
    let tables = listed[0]["tables"].as_array().unwrap().iter();
    let forgotten = tables.filter(|table| table["name"] == "forgotten");
    let forgotten: Vec<_> = forgotten.map(|table| &table["id"]).collect();
    admin
        .post("/data/cleanup", json!({ "source_ids": forgotten }))
        .await
        .ok();
    admin
        .get(&format!(
            "/data/schema?source_id={}",
            source.as_str().unwrap()
        ))
        .await
        .ok();
    admin.post("/data/sync", json!({})).await.ok();
    let project = json!({"id": "p", "name": "P", "description": "d", "metadata": {"a": 1.5}, "source_ids": [source]});
    saved(&admin, project).await;
    (app, admin)
}

pub async fn exported(client: &Client, workspace: &str, body: Value) -> Value {
    let path = format!("/workspaces/{workspace}/export-tables");
    client.post(&path, body).await.ok()
}

pub async fn import(client: &Client, body: Value) -> crate::support::client::Answer {
    client.post("/workspaces/import-tables", body).await
}

/// A document with the checksum that fits it.
pub fn resealed(mut document: Value) -> Value {
    let fields = document.as_object_mut().unwrap();
    let sum = headwater::services::transfer::checksum(fields);
    fields.insert("checksum".to_owned(), sum.into());
    document
}

/// A document without what differs from one workspace to another: its own id, and times of saving.
pub fn content(mut document: Value) -> Value {
    for field in ["exported_at", "checksum"] {
        assert!(document.as_object_mut().unwrap().remove(field).is_some());
    }
    let projects = document["projects"].as_array().unwrap().len();
    let places = (0..projects).map(|at| format!("/projects/{at}"));
    for place in places.chain(["/workspace".to_owned()]) {
        let fields = document.pointer_mut(&place).unwrap();
        for field in ["created_at", "updated_at"] {
            assert!(fields.as_object_mut().unwrap().remove(field).is_some());
        }
    }
    document["workspace"]["id"] = Value::Null;
    document
}

#[actix_web::test]
async fn a_workspace_comes_back_on_another_machine_as_it_was_and_a_second_time_changes_nothing() {
    let (_app, admin) = app_with_workspace().await;
    let body = json!({"scope": "user", "include_data": true});
    let answer = admin.post("/workspaces/default/export-tables", body.clone());
    let answer = answer.await.body;
    let document = &answer["data"];
    assert_eq!(
        json!([
            document["format"],
            document["format_version"],
            document["summary"],
            document["secrets"]
        ]),
        json!(["headwater-workspace", 1, {"total_tables": 3, "projects_exported": 1, "sources_exported": 1,
            "schemas_exported": 1, "rows_exported": 6}, null])
    );
    let elsewhere = TestApp::start();
    let other = elsewhere.admin();
    let looked =
        json!({"data": document, "status": "success", "workspace_id": "ws_67890", "dry_run": true});
    let looked = import(&other, looked).await.ok();
    assert_eq!(
        json!([looked["dry_run"], looked["workspace_id"]]),
        json!([true, "ws_67890"])
    );
    // As the published example has it: the whole answer, and the workspace that it goes to.
    let given = json!({"export_data": answer, "workspace_id": "ws_67890", "scope": "user"});
    let first = import(&other, given.clone()).await.ok();
    assert_eq!(
        json!([
            first["workspace_id"],
            first["outcome"],
            first["needs_credentials"],
            first["summary"]
        ]),
        json!(["ws_67890", "created", ["shop"], {"projects_imported": 1, "sources_imported": 1, "tables_imported": 3,
            "schemas_imported": 1, "rows_imported": 6, "files_imported": 0, "skipped": 0, "unchanged": 0}])
    );
    assert_eq!(
        first["id_map"],
        json!({document["workspace"]["id"].as_str().unwrap(): "ws_67890"}),
        "all ids are free there"
    );
    let again = exported(&other, "ws_67890", body.clone()).await;
    assert_eq!(content(again), content(document.clone()));

    let second = import(&other, given).await.ok();
    assert_eq!(
        json!([second["outcome"], second["summary"]]),
        json!(["unchanged", {"projects_imported": 0, "sources_imported": 0, "tables_imported": 0,
            "schemas_imported": 0, "rows_imported": 0, "files_imported": 0, "skipped": 0, "unchanged": 2}])
    );
    let again = exported(&other, "ws_67890", body).await;
    assert_eq!(content(again), content(document.clone()));
    assert_eq!(
        other
            .get("/workspaces/list")
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[actix_web::test]
async fn rows_travel_exactly_and_an_incremental_sync_goes_on_from_them() {
    let (_app, admin) = app_with_workspace().await;
    let document = exported(&admin, "default", json!({"include_data": true})).await;
    let copies = document["copies"].as_array().unwrap();
    let customers = copies.iter().find(|copy| copy["rows"] == 4).unwrap();
    assert_eq!(
        customers["data"][0],
        json!([{"integer": "-9223372036854775808"}, "Grün", {"real": "1e+308"}, {"base64": ""}, {"real": "inf"}])
    );
    assert_eq!(
        customers["data"][1],
        json!([1, "Ada", {"real": "0.0"}, {"base64": "AP8="}, {"integer": "9007199254740993"}])
    );
    let elsewhere = TestApp::start();
    let other = elsewhere.admin();
    import(&other, document).await.ok();
    let listed = other.get("/workspaces/list").await.ok();
    let workspace = listed[0]["id"].as_str().unwrap();
    run(&elsewhere, SHOP);
    run(
        &elsewhere,
        "INSERT INTO visits VALUES (3, 'c'); UPDATE visits SET changed_at = 'A' WHERE id = 1",
    );
    let connect = json!({"database": {"name": "shop"}});
    let path = |what: &str| format!("/data/{workspace}/{what}");
    other.post(&path("connect"), connect).await.ok();
    let options = json!({"sync_options": {"incremental": true}});
    let synced = other.post(&path("sync"), options).await.ok();
    let tables = synced["sources"][0]["tables"].as_array().unwrap();
    let visits = tables
        .iter()
        .find(|table| table["name"] == "visits")
        .unwrap();
    assert_eq!(visits["rows_total"], 3, "{visits}");
    assert_ne!(visits["strategy"], "full_refresh", "{visits}");
}

#[actix_web::test]
async fn without_rows_a_document_says_what_was_copied_and_the_next_sync_copies_anew() {
    let (_app, admin) = app_with_workspace().await;
    let document = exported(&admin, "default", json!({})).await;
    assert_eq!(document["summary"]["rows_exported"], 0);
    let copies = document["copies"].as_array().unwrap();
    assert!(
        copies
            .iter()
            .all(|copy| copy["data"].is_null() && copy["columns"].is_array())
    );
    let elsewhere = TestApp::start();
    let imported = import(&elsewhere.admin(), document).await.ok();
    assert_eq!(imported["summary"]["rows_imported"], 0);
    let warning = imported["warnings"][0].as_str().unwrap();
    assert!(warning.contains("2 copied tables"), "{warning}");
}

#[actix_web::test]
async fn what_is_lacking_is_filled_in_and_what_is_there_stays() {
    let (app, admin) = app_with_workspace().await;
    let bob = app.user("bob", "acme", "viewer");
    let bare = exported(&admin, "default", json!({})).await;
    let whole = exported(&admin, "default", json!({"include_data": true})).await;
    let first = import(&bob, bare).await.ok();
    // The ids are the admin's: they are others here, and told.
    let told = whole["sources"][0]["id"].as_str().unwrap();
    let here = first["id_map"][told].as_str().unwrap();
    assert_eq!(first["sources"][0]["id"], here);
    for table in whole["sources"][0]["tables"].as_array().unwrap() {
        assert!(
            first["id_map"][table["id"].as_str().unwrap()].is_string(),
            "{first}"
        );
    }
    let rehearsed = import(&bob, json!({"export_data": whole, "dry_run": true}))
        .await
        .ok();
    let second = import(&bob, whole.clone()).await.ok();
    assert_eq!(second["summary"], rehearsed["summary"]);
    assert_eq!(
        json!([
            second["summary"]["rows_imported"],
            second["summary"]["sources_imported"],
            second["id_map"]
        ]),
        json!([6, 0, first["id_map"]])
    );
    let third = import(&bob, whole).await.ok();
    assert_eq!(third["summary"]["rows_imported"], 0);
    let schema = bob.get("/data/list").await.ok();
    assert_eq!(schema, json!([]), "bob's default workspace is another one");
}

#[actix_web::test]
async fn a_workspace_that_is_there_is_updated_or_skipped_or_copied() {
    let (_app, admin) = app_with_workspace().await;
    let document = exported(&admin, "default", json!({})).await;
    let id = document["workspace"]["id"].as_str().unwrap();
    for (conflict, outcome, name) in [
        ("skip", "skipped", "Mine"),
        ("copy", "copied", "Default (copy)"),
        ("update", "updated", "Default"),
    ] {
        let mine = json!({"id": id, "name": "Mine"});
        admin.post("/workspaces/save", mine).await.ok();
        let path = format!("/workspaces/import-tables?on_conflict={conflict}");
        let imported = admin.post(&path, document.clone()).await.ok();
        assert_eq!(imported["outcome"], outcome);
        let here = imported["workspace_id"].as_str().unwrap();
        assert_eq!(here == id, conflict != "copy");
        let loaded = admin.get(&format!("/workspaces/{here}/load")).await.ok();
        assert_eq!(
            json!([
                loaded["name"],
                loaded["source_count"],
                loaded["project_count"]
            ]),
            json!([name, 1, 1])
        );
    }
    let rehearsed =
        json!({"export_data": document, "workspace_id": "new", "name": "N", "dry_run": true});
    let told = import(&admin, rehearsed.clone()).await.ok();
    assert_eq!(
        json!([told["dry_run"], told["outcome"], told["workspace_id"]]),
        json!([true, "created", "new"])
    );
    admin
        .get("/workspaces/new/load")
        .await
        .failed(404, "not_found");
    let mut kept = rehearsed;
    kept["dry_run"] = false.into();
    import(&admin, kept).await.ok();
    assert_eq!(admin.get("/workspaces/new/load").await.ok()["name"], "N");
}
