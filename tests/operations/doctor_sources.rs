//! The sources of a folder, asked by their kept credentials from the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Barrier;

use crate::support::app::{CANARY, TestApp, leaks, run};
use crate::support::fake;

/// As many as are asked at once.
const AT_ONCE: usize = 4;

/// An API that takes the canary for its key, and once it is told to answers only when as many ask at
/// the same time.
async fn api(together: Arc<AtomicBool>) -> u16 {
    let barrier = Arc::new(Barrier::new(AT_ONCE));
    fake::server(move |mut stream, _| {
        let (barrier, together) = (Arc::clone(&barrier), Arc::clone(&together));
        async move {
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => asked.push(byte),
                    Err(_) => return,
                }
            }
            if together.load(Ordering::SeqCst) {
                barrier.wait().await;
            }
            let known = String::from_utf8_lossy(&asked).contains(CANARY);
            let status = if known { "200 OK" } else { "401 No" };
            let body = "[{\"id\": 7}]";
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}

/// Runs the doctor where that keeps no fake waiting.
async fn doctor(data: &Path, options: &[&'static str]) -> (Option<i32>, String) {
    let (data, options): (PathBuf, Vec<&str>) = (data.to_owned(), options.to_vec());
    let output = tokio::task::spawn_blocking(move || {
        let args: Vec<_> = ["doctor", "--sources"].into_iter().chain(options).collect();
        run(&data, &args, "")
    });
    let output = output.await.unwrap();
    assert!(!leaks(&output.stdout) && !leaks(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), said)
}

fn asked(report: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(report).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let sources = checks.iter().filter(|found| found["check"] == "source");
    sources.cloned().collect()
}

#[actix_web::test]
async fn every_source_of_everybody_is_asked_by_its_kept_credentials_four_at_a_time() {
    let together = Arc::new(AtomicBool::new(false));
    let port = api(Arc::clone(&together)).await;
    let app = TestApp::start();
    let (code, said) = doctor(app.data_dir(), &[]).await;
    assert!(
        code == Some(0) && said.contains("there is no source yet"),
        "{said}"
    );
    let admin = app.admin();
    for name in ["a4", "a1", "a3", "a2"] {
        let source = json!({"type": "api", "name": name, "connection_config": {
            "base_url": format!("http://127.0.0.1:{port}"), "api_key": CANARY,
            "endpoints": [{"path": "/customers"}]}});
        let all = json!({"sources": [source], "scope": "organization"});
        admin.post("/data/connect", all).await.ok();
    }
    let files = app.data_dir().join("files");
    let file = files.join("gone.sqlite");
    let make = |path: &Path| {
        let file = Connection::open(path).unwrap();
        file.execute_batch("CREATE TABLE t (a); CREATE TABLE u (a)")
            .unwrap();
    };
    make(&file);
    make(&files.join("here.sqlite"));
    let zoe = app.user("zoe", "other", "editor");
    for name in ["here", "gone", "waits"] {
        let file = if name == "waits" { "here" } else { name };
        let database = json!({"url": format!("sqlite:{file}.sqlite"), "name": name});
        zoe.connect(database).await;
    }
    std::fs::remove_file(&file).unwrap();
    let store = app.data_dir().join("headwater.sqlite");
    let waits = "UPDATE source SET status = 'needs_credentials' WHERE name = 'waits'";
    Connection::open(&store)
        .unwrap()
        .execute_batch(waits)
        .unwrap();
    let noted = || {
        let conn = Connection::open(&store).unwrap();
        let noted = "SELECT group_concat(concat(name, status, last_tested_at, last_error)) FROM
            (SELECT * FROM source ORDER BY id)";
        conn.query_row(noted, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let before = noted();
    together.store(true, Ordering::SeqCst);
    let (code, said) = doctor(app.data_dir(), &["--json"]).await;
    assert_eq!(code, Some(1), "{said}");
    let found = asked(&said);
    let brief = |found: &Value| {
        let source = &found["source"];
        json!([
            source["organization"],
            source["user"],
            source["name"],
            found["state"],
            source["error"],
            source["tables"]
        ])
    };
    let found: Vec<_> = found.iter().map(brief).collect();
    assert_eq!(
        found,
        [
            json!(["acme", null, "a1", "ok", null, 1]),
            json!(["acme", null, "a2", "ok", null, 1]),
            json!(["acme", null, "a3", "ok", null, 1]),
            json!(["acme", null, "a4", "ok", null, 1]),
            json!(["other", "zoe", "gone", "failed", "database_not_found", null]),
            json!(["other", "zoe", "here", "ok", null, 2]),
            json!(["other", "zoe", "waits", "warning", null, null]),
        ]
    );
    assert_eq!(noted(), before);

    together.store(false, Ordering::SeqCst);
    let (_, said) = doctor(app.data_dir(), &[]).await;
    let line = said.lines().find(|line| line.contains("/ gone:")).unwrap();
    assert!(
        line.starts_with('✗') && line.contains("database_not_found"),
        "{line}"
    );
    let line = said.lines().find(|line| line.contains("/ here:")).unwrap();
    assert!(line.starts_with('✓') && line.contains("2 tables"), "{line}");

    // Without the key nobody is asked.
    let key = app.data_dir().join("secret.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::write(&key, data_encoding::BASE64.encode(&[7; 32])).unwrap();
    let (_, said) = doctor(app.data_dir(), &["--json"]).await;
    std::fs::write(&key, kept).unwrap();
    let found = asked(&said);
    assert_eq!(found.len(), 1, "{said}");
    assert_eq!(found[0]["message"], "no source was asked");
}
