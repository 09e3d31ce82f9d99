//! Imports that are ended with the server, at any moment: the folder has all of the workspace then, or
//! nothing.

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::crashes::{below, rounds_or};
use crate::routes::workspace_archive::{archive, left};
use crate::routes::workspace_transfer::{exported, run};
use crate::support::app::TestApp;
use crate::support::client::{Client, send};

const ROWS: u64 = 20_000;

/// A workspace of some megabytes, as a document and as an archive.
async fn workspace() -> (String, Vec<u8>) {
    let app = TestApp::start();
    let admin = app.admin();
    run(
        &app,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
           INSERT INTO notes SELECT i, hex(randomblob(100)) FROM n;
         CREATE TABLE others AS SELECT text, id FROM notes;",
    );
    let database = json!({"url": "sqlite:shop.sqlite", "name": "shop"});
    let source = admin.connect(database).await["source_id"].clone();
    let path = format!("/data/schema?source_id={}", source.as_str().unwrap());
    admin.get(&path).await.ok();
    admin.post("/data/sync", json!({})).await.ok();
    let file = admin.request(Method::POST, "/data/files?name=a.csv");
    send(file.body("a,b\n".repeat(50_000))).await.ok();
    let whole = json!({"include_data": true});
    let document = exported(&admin, "default", whole.clone()).await;
    (
        document.to_string(),
        archive(&admin, "default", whole).await,
    )
}

/// What a workspace has: sources, versions of schemas, rows.
async fn content(client: &Client, workspace: &str) -> Value {
    let document = exported(client, workspace, json!({})).await;
    let copies = document["copies"].as_array().unwrap().iter();
    let rows: u64 = copies.map(|copy| copy["rows"].as_u64().unwrap()).sum();
    let summary = &document["summary"];
    json!([
        summary["sources_exported"],
        summary["schemas_exported"],
        rows
    ])
}

#[actix_web::test]
async fn an_import_that_is_killed_leaves_all_of_the_workspace_or_nothing() {
    let (document, archived) = workspace().await;
    let mut app = TestApp::start_with(TempDir::new().unwrap(), &[]);
    let token = app.admin().token().to_owned();
    let (rounds, mut most) = (rounds_or(20), 0);
    let (mut before, mut after) = (0, 0);
    for round in 0..=rounds {
        let admin = Client::new(format!("{}/api/v1", app.url), Some(token.clone()));
        let (is_archive, is_there) = (round % 2 == 0, round % 4 > 1);
        let workspace = format!("w{round}");
        if is_there {
            admin
                .post("/workspaces/save", json!({"id": workspace, "name": "W"}))
                .await
                .ok();
        }
        let path = format!("/workspaces/import-tables?workspace_id={workspace}");
        let request = || {
            let request = admin.request(Method::POST, &path);
            if is_archive {
                request.body(archived.clone())
            } else {
                request
                    .header("Content-Type", "application/json")
                    .body(document.clone())
            }
        };
        let folder = app.data_dir().join("workspaces");
        let begin = below(&folder);
        let mut sent = tokio::spawn(request().send());
        // The first one is let through, to know how much there is to write; the others are killed
        // a little later each, some behind the end.
        let limit = match round {
            0 => u64::MAX,
            _ => most * round * 11 / (rounds * 10),
        };
        loop {
            if below(&folder).saturating_sub(begin) >= limit {
                break;
            }
            let turn = std::time::Duration::from_micros(200);
            if tokio::time::timeout(turn, &mut sent).await.is_ok() {
                break;
            }
        }
        sent.abort();
        most = most.max(below(&folder) - begin);
        app = TestApp::start_with(app.kill(), &[]);
        assert_eq!(left(&app), Vec::<String>::new(), "round {round}");
        let admin = Client::new(format!("{}/api/v1", app.url), Some(token.clone()));
        let list = admin.get("/workspaces/list").await.ok();
        let ids: Vec<_> = list.as_array().unwrap().iter().map(|w| &w["id"]).collect();
        let is_listed = ids.contains(&&json!(workspace));
        let has = if is_listed {
            content(&admin, &workspace).await
        } else {
            Value::Null
        };
        let (nothing, all) = (json!([0, 0, 0]), json!([1, 1, ROWS]));
        if has == all {
            after += 1;
        } else if is_there {
            assert_eq!(has, nothing, "round {round}");
            before += 1;
        } else {
            assert_eq!(has, Value::Null, "round {round}");
            before += 1;
        }
        // What was ended is done again, whole.
        let request = admin.request(Method::POST, &path).body(archived.clone());
        send(request).await.ok();
        assert_eq!(content(&admin, &workspace).await, all);
        let files = admin.get(&format!("/data/{workspace}/files")).await.ok();
        assert_eq!(files[0]["size"], 200_000, "{files}");
        admin
            .post(&format!("/workspaces/{workspace}/delete"), json!({}))
            .await
            .ok();
        assert_eq!(left(&app), Vec::<String>::new(), "round {round}");
    }
    println!("{before} of {rounds} had nothing, {after} all");
    assert!(before > 0 && after > 0);
}
