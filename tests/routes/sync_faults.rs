//! Syncs that do not come to their end, and what is left of them.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

/// A table, and a view that never ends.
const ENDLESS: &str = "
  CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
  INSERT INTO a VALUES (1, 'one');
  CREATE VIEW z AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;";
/// The view with an end.
const FINITE: &str = "DROP VIEW z; CREATE VIEW z AS SELECT 5 AS i";
/// Both of them.
const BOTH: &str = r#"["a", "z"]"#;

fn run(app: &TestApp, script: &str) {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = Connection::open(files.join("e.sqlite")).unwrap();
    file.execute_batch(script).unwrap();
}

async fn connect(app: &TestApp, client: &Client) {
    run(app, ENDLESS);
    let database = json!({"url": "sqlite:e.sqlite", "name": "e"});
    client
        .post("/data/connect", json!({"database": database}))
        .await
        .ok();
}

/// Starts a sync of both tables, and answers its job once rows of the view were read.
async fn started(client: &Client) -> String {
    let tables: Value = serde_json::from_str(BOTH).unwrap();
    let body = json!({"sync_options": {"tables": tables, "wait": false, "connections": 1}});
    let answer = client.post("/data/sync", body).await;
    let id = answer.body["data"]["job_id"].as_str().unwrap().to_owned();
    let since = Instant::now();
    loop {
        let job = client.get(&format!("/data/default/jobs/{id}")).await.ok();
        if job["progress"]["rows_done"]
            .as_u64()
            .is_some_and(|rows| rows > 100_000)
        {
            assert_eq!(job["progress"]["tables_done"], 1, "{job}");
            return id;
        }
        assert_eq!(job["state"], "running", "{job}");
        assert!(since.elapsed() < Duration::from_mins(1), "{job}");
        tokio::task::yield_now().await;
    }
}

/// The tables of copied rows in the workspace's file, and the rows of its copies.
fn copies(app: &TestApp) -> (usize, Vec<i64>) {
    let folder = app.data_dir().join("workspaces");
    let mut files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = files
        .find(|path| path.extension().is_some_and(|end| end == "sqlite"))
        .unwrap();
    let store = Connection::open(file).unwrap();
    let numbers = |sql: &str| -> Vec<i64> {
        let mut statement = store.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let tables = numbers("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name GLOB 'copy_*'");
    (
        tables.len(),
        numbers("SELECT rows FROM headwater_copy ORDER BY rows"),
    )
}

#[actix_web::test]
async fn a_source_is_copied_once_at_a_time_and_a_job_can_be_cancelled() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin).await;
    let id = started(&admin).await;
    let busy = admin
        .post("/data/sync", json!({}))
        .await
        .failed(409, "engine_busy");
    assert_eq!(busy["data"]["errorCode"], "ENGINE_BUSY");
    let resume = format!("/data/default/jobs/{id}/resume");
    admin.post(&resume, json!({})).await.failed(409, "conflict");
    let cancel = format!("/data/default/jobs/{id}/cancel");
    let job = admin.post(&cancel, json!({})).await.ok();
    assert_eq!(job["state"], "cancelled");
    // What was done stays; of the rest nothing.
    let since = Instant::now();
    while copies(&app) != (1, vec![1]) {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "{:?}",
            copies(&app)
        );
        tokio::task::yield_now().await;
    }
    run(&app, FINITE);
    let resumed = admin.post(&resume, json!({})).await.ok();
    let tables = resumed["sources"][0]["tables"].as_array().unwrap();
    assert_eq!((tables.len(), &tables[0]["name"]), (1, &json!("z")));
    assert_eq!(copies(&app), (2, vec![1, 1]));
}

#[actix_web::test]
async fn a_sync_whose_program_is_killed_leaves_the_last_copies_and_is_gone_on_with() {
    let mut app = TestApp::start();
    connect(&app, &app.admin()).await;
    for round in 1..=3 {
        let admin = app.admin();
        let id = started(&admin).await;
        app = TestApp::start_with(app.kill(), &[]);
        let admin = app.admin();
        let job = admin.get(&format!("/data/default/jobs/{id}")).await.ok();
        assert_eq!(job["state"], "interrupted", "round {round}");
        let body = json!({"source_id": "local", "sql": "SELECT v FROM e.a"});
        let data = admin.post("/data/query", body).await.ok();
        assert_eq!(data["rows"], json!([["one"]]));
        // Looking at the copies has opened their file, and the rubbish is gone.
        assert_eq!(copies(&app), (1, vec![1]), "round {round}");
        if round == 3 {
            run(&app, FINITE);
            let resume = format!("/data/default/jobs/{id}/resume");
            let resumed = admin.post(&resume, json!({})).await.ok();
            assert_eq!(resumed["state"], "succeeded");
            assert_eq!(copies(&app), (2, vec![1, 1]));
        }
    }
}

#[actix_web::test]
async fn a_server_that_is_told_to_stop_interrupts_its_jobs_first() {
    let app = TestApp::start();
    let admin = app.admin();
    connect(&app, &admin).await;
    let id = started(&admin).await;
    let app = TestApp::start_with(app.stop(), &[]);
    let job = app
        .admin()
        .get(&format!("/data/default/jobs/{id}"))
        .await
        .ok();
    assert_eq!(job["state"], "interrupted");
    assert!(job["ended_at"].is_string());
}

#[actix_web::test]
async fn a_file_that_is_cut_while_it_is_copied_is_copied_as_it_was_or_as_it_is() {
    let app = TestApp::start();
    let admin = app.admin();
    let path = app.data_dir().join("files").join("f.csv");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = |rows: usize| {
        let row = |id: usize| format!("{id},{}\n", "x".repeat(100));
        "id,pad\n".to_owned() + &(1..=rows).map(row).collect::<String>()
    };
    let long = text(6_000);
    std::fs::write(&path, &long).unwrap();
    let source = json!({"type": "file", "name": "f", "connection_config": {"path": "f.csv"}});
    admin
        .post("/data/connect", json!({"sources": [source]}))
        .await
        .ok();
    let sync = async || {
        let body = json!({"sync_options": {"wait": false, "batch_size": 100}});
        let answer = admin.post("/data/sync", body).await;
        format!(
            "/data/default/jobs/{}",
            answer.body["data"]["job_id"].as_str().unwrap()
        )
    };
    let count = async || {
        let body = json!({"source_id": "local", "sql": "SELECT count(*), max(id) FROM f"});
        admin.post("/data/query", body).await.ok()["rows"][0].clone()
    };
    let mut looks = 0;
    let job = sync().await;
    while admin.get(&job).await.ok()["state"] == "running" {
        looks += 1;
    }
    let mut last = count().await;
    assert_eq!(last, json!([6_000, 6_000]));
    for at in 0..=8 {
        std::fs::write(&path, &long).unwrap();
        let job = sync().await;
        for _ in 0..looks * at / 8 {
            admin.get(&job).await.ok();
        }
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(text(1_000 + at).len() as u64).unwrap();
        drop(file);
        let job = loop {
            let job = admin.get(&job).await.ok();
            if job["state"] != "running" {
                break job;
            }
        };
        let copied = count().await;
        let expected = match job["state"].as_str().unwrap() {
            "succeeded" => [json!([1_000 + at, 1_000 + at]), json!([6_000, 6_000])],
            _ => [last.clone(), last],
        };
        assert!(
            expected.contains(&copied),
            "{copied} of {expected:?}: {job}"
        );
        last = copied;
        assert_eq!(copies(&app).0, 1);
    }
}
