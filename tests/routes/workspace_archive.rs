//! Workspaces that travel as archives.

use std::collections::BTreeMap;
use std::io::Read;

use reqwest::{Method, header};
use serde_json::{Value, json};

use super::workspace_transfer::{app_with_workspace, content, exported, run};
use crate::support::app::TestApp;
use crate::support::client::{Answer, Client, send};

/// An export as an archive.
pub async fn archive(client: &Client, workspace: &str, mut body: Value) -> Vec<u8> {
    body["format"] = "archive".into();
    let path = format!("/workspaces/{workspace}/export-tables");
    let answer = client.request(Method::POST, &path).json(&body).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/zstd");
    answer.bytes().await.unwrap().to_vec()
}

/// Sends an archive; `query` begins with `?` or is empty.
pub async fn send_archive(client: &Client, query: &str, archive: Vec<u8>) -> Answer {
    let path = format!("/workspaces/import-tables{query}");
    let request = client.request(Method::POST, &path);
    let request = request.header(header::CONTENT_TYPE, "application/zstd");
    send(request.body(archive)).await
}

/// The entries of an archive, in their order.
pub fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let content = zstd::Decoder::new(archive).unwrap();
    let mut tar = tar::Archive::new(content);
    let entries = tar.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (name, bytes)
    });
    entries.collect()
}

async fn upload(client: &Client, workspace: &str, name: &str, content: &str) {
    let path = format!("/data/{workspace}/files?name={name}");
    let request = client.request(Method::POST, &path).body(content.to_owned());
    send(request).await.ok();
}

#[actix_web::test]
async fn an_archive_holds_what_a_document_holds_and_the_files_and_comes_back_as_it_was() {
    let (_app, admin) = app_with_workspace().await;
    upload(&admin, "default", "a.csv", "id,name\n1,Ada\n").await;
    let long = "x".repeat(200);
    upload(&admin, "default", &long, "").await;
    let whole = json!({"include_data": true});
    let document = exported(&admin, "default", whole.clone()).await;
    let archived = archive(&admin, "default", whole.clone()).await;
    let names: Vec<_> = entries(&archived)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "manifest.json",
        "document.json",
        "schemas/0/last.json.gz",
        "schemas/0/1.json.gz",
        "rows/0/0.ndjson",
        "rows/1/0.ndjson",
        "files/a.csv",
        &format!("files/{long}"),
        "checksum.json",
    ];
    assert_eq!(names, expected);

    let elsewhere = TestApp::start();
    let other = elsewhere.admin();
    let rehearsed = send_archive(&other, "?workspace_id=w&dry_run=true", archived.clone()).await;
    let rehearsed = rehearsed.ok();
    assert_eq!(other.get("/workspaces/list").await.ok(), json!([]));
    let first = send_archive(&other, "?workspace_id=w", archived.clone()).await;
    let first = first.ok();
    assert_eq!(
        json!([
            first["outcome"],
            first["needs_credentials"],
            first["summary"]
        ]),
        json!(["created", ["shop"], {"projects_imported": 1, "sources_imported": 1, "tables_imported": 3,
            "schemas_imported": 1, "rows_imported": 6, "files_imported": 2, "skipped": 0, "unchanged": 0}])
    );
    assert_eq!(rehearsed["summary"], first["summary"]);
    let again = exported(&other, "w", whole.clone()).await;
    assert_eq!(content(again), content(document));
    let files = other.get("/data/w/files").await.ok();
    let sizes: BTreeMap<_, _> = (files.as_array().unwrap().iter())
        .map(|file| {
            (
                file["name"].as_str().unwrap(),
                file["size"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(sizes, BTreeMap::from([("a.csv", 14), (long.as_str(), 0)]));

    // A second time it is sniffed by its first bytes, and changes nothing.
    let request = other.request(Method::POST, "/workspaces/import-tables?workspace_id=w");
    let second = send(request.body(archived)).await.ok();
    assert_eq!(
        json!([
            second["outcome"],
            second["summary"]["rows_imported"],
            second["summary"]["files_imported"],
            second["summary"]["unchanged"]
        ]),
        json!(["unchanged", 0, 0, 2])
    );
    assert!(
        second["warnings"][0]
            .as_str()
            .unwrap()
            .contains("2 files are there"),
        "{second}"
    );
    let back = entries(&archive(&other, "w", whole).await);
    let back: Vec<_> = back.into_iter().map(|(name, _)| name).collect();
    assert_eq!(back, names);
    assert_eq!(left(&elsewhere), Vec::<String>::new());
}

/// What stands in the folder of copies and belongs to no workspace.
pub fn left(app: &TestApp) -> Vec<String> {
    let store = rusqlite::Connection::open(app.data_dir().join("headwater.sqlite")).unwrap();
    let mut named = store
        .prepare("SELECT copies FROM workspace WHERE copies IS NOT NULL")
        .unwrap();
    let named: Vec<String> = named
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let folders = ["workspaces", "files/uploads"].map(|folder| app.data_dir().join(folder));
    let entries = folders.iter().flat_map(std::fs::read_dir).flatten();
    let found = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_left = |name: &String| {
        let stem = name.split('.').next().unwrap();
        !named.iter().any(|known| known == stem) || name.ends_with(".arriving")
    };
    found.filter(is_left).collect()
}

#[actix_web::test]
async fn an_archive_can_be_asked_for_by_what_is_accepted_and_without_rows() {
    let (_app, admin) = app_with_workspace().await;
    upload(&admin, "default", "a.csv", "x").await;
    let path = "/workspaces/default/export-tables";
    let request = admin
        .request(Method::POST, path)
        .header(header::ACCEPT, "application/zstd");
    let answer = request.json(&json!({})).send().await.unwrap();
    let told = answer.headers()[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap();
    assert!(told.contains(".tar.zst"), "{told}");
    let bytes = answer.bytes().await.unwrap();
    let names: Vec<_> = entries(&bytes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "manifest.json",
            "document.json",
            "schemas/0/last.json.gz",
            "schemas/0/1.json.gz",
            "checksum.json"
        ]
    );
    let elsewhere = TestApp::start();
    let imported = send_archive(&elsewhere.admin(), "", bytes.to_vec())
        .await
        .ok();
    assert_eq!(imported["summary"]["rows_imported"], 0);
    assert!(
        imported["warnings"][0]
            .as_str()
            .unwrap()
            .contains("2 copied tables"),
        "{imported}"
    );
    // What is asked for in the body counts more.
    let request = admin
        .request(Method::POST, path)
        .header(header::ACCEPT, "application/zstd");
    send(request.json(&json!({"format": "document"})))
        .await
        .ok();
}

#[actix_web::test]
async fn who_hangs_up_ends_the_export() {
    let variables = [("HEADWATER_LOG_LEVEL", "debug")];
    let app = TestApp::start_with(tempfile::TempDir::new().unwrap(), &variables);
    let admin = app.admin();
    run(
        &app,
        "CREATE TABLE large AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
           SELECT i, randomblob(1000000) AS b FROM n",
    );
    admin
        .connect(json!({"url": "sqlite:shop.sqlite", "name": "shop"}))
        .await;
    admin.post("/data/sync", json!({})).await.ok();
    let path = "/workspaces/default/export-tables";
    let request = admin.request(Method::POST, path);
    let request = request.json(&json!({"include_data": true, "format": "archive"}));
    let mut answer = request.send().await.unwrap();
    answer.chunk().await.unwrap().unwrap();
    drop(answer);
    // Aside: the connection is closed on this thread.
    let printed = tokio::task::spawn_blocking(move || {
        app.printed("whoever took an archive hung up");
    });
    printed.await.unwrap();
}

#[actix_web::test]
async fn what_is_too_large_for_a_document_travels_as_an_archive() {
    let (app, admin) = app_with_workspace().await;
    run(
        &app,
        "CREATE TABLE large AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70)
           SELECT i, randomblob(1000000) AS b FROM n; CREATE TABLE empty (a)",
    );
    admin.connect(json!({"name": "shop"})).await;
    admin.post("/data/sync", json!({})).await.ok();
    let archived = archive(&admin, "default", json!({"include_data": true})).await;
    assert!(archived.len() > 70_000_000);
    let elsewhere = TestApp::start();
    let other = elsewhere.admin();
    let imported = send_archive(&other, "?workspace_id=w", archived).await.ok();
    assert_eq!(imported["summary"]["rows_imported"], 76);
    let sum = "SELECT sum(i) AS i, sum(length(b)) AS b FROM shop.large";
    let rows = other
        .post("/data/w/query", json!({"source_id": "local", "sql": sum}))
        .await;
    let rows = rows.ok();
    assert_eq!(rows["rows"], json!([[2485, 70_000_000]]), "{rows}");
}
