//! A test of a connection that is followed while it goes on.

use std::sync::Arc;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use crate::support::app::{TestApp, leaks};
use crate::support::client::Client;
use crate::support::fake;

const PATH: &str = "/data/default/test-connection";

async fn follow(client: &Client, body: &Value) -> Response {
    let request = client.request(Method::POST, PATH).json(body);
    let request = request.header("Accept", "application/x-ndjson");
    request.send().await.unwrap()
}

/// The lines of a body as they come.
struct Lines {
    response: Response,
    rest: Vec<u8>,
}

impl Lines {
    fn of(response: Response) -> Self {
        let rest = Vec::new();
        Self { response, rest }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                assert!(!leaks(&line));
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let Some(chunk) = self.response.chunk().await.unwrap() else {
                assert!(self.rest.is_empty());
                return None;
            };
            self.rest.extend_from_slice(&chunk);
        }
    }

    async fn all(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(line) = self.next().await {
            all.push(line);
        }
        all
    }
}

/// A server that says nothing, and tells when a caller has come and gone.
async fn silent() -> (u16, Arc<Semaphore>) {
    let gone = Arc::new(Semaphore::new(0));
    let told = Arc::clone(&gone);
    let port = fake::server(move |mut stream, _| {
        let told = Arc::clone(&told);
        async move {
            let _ = stream.read_to_end(&mut Vec::new()).await;
            told.add_permits(1);
        }
    });
    (port.await, gone)
}

fn database(port: u16) -> Value {
    json!({"database": {"databaseType": "mysql", "host": "127.0.0.1", "port": port, "database": "d",
        "username": "u", "password": "p"}})
}

#[actix_web::test]
async fn each_stage_comes_as_it_passes_and_at_last_the_whole_answer() {
    let app = TestApp::start();
    let admin = app.admin();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = rusqlite::Connection::open(files.join("e.sqlite")).unwrap();
    file.execute_batch("CREATE TABLE t (a)").unwrap();
    let body = json!({"database": {"url": "sqlite:e.sqlite"}, "colour": "red"});
    let plain = admin.post(PATH, body.clone()).await;
    let response = follow(&admin, &body).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut lines = Lines::of(response).all().await;
    let end = lines.pop().unwrap();
    let shape = |stages: &[Value]| -> Vec<Value> {
        let shape = |stage: &Value| json!([stage["stage"], stage["ok"], stage["ms"].is_number()]);
        stages.iter().map(shape).collect()
    };
    let told = end["data"]["stages"].as_array().unwrap();
    assert_eq!(shape(&lines), shape(told));
    assert!(!lines.is_empty());
    // But for the times it is the answer of the plain call.
    let timeless = |mut answer: Value| {
        answer["data"]["total_ms"] = Value::Null;
        for stage in answer["data"]["stages"].as_array_mut().unwrap() {
            stage["ms"] = Value::Null;
        }
        answer
    };
    assert_eq!(timeless(end), timeless(plain.body));
}

#[actix_web::test]
async fn a_stage_is_told_while_the_next_one_hangs_and_a_failure_ends_the_lines() {
    let app = TestApp::start();
    let (port, _gone) = silent().await;
    let mut lines = Lines::of(follow(&app.admin(), &database(port)).await);
    // The server has said nothing yet, and does not.
    assert_eq!(lines.next().await.unwrap()["stage"], "resolve");
    let connected = lines.next().await.unwrap();
    assert_eq!(
        (&connected["stage"], &connected["ok"]),
        (&json!("connect"), &json!(true))
    );
    let mut rest = lines.all().await;
    let end = rest.pop().unwrap();
    assert_eq!(end["error"]["code"], "timeout", "{end}");
    let failed = rest.pop().unwrap();
    assert_eq!(
        (&failed["ok"], &failed["stage"]),
        (&json!(false), &end["error"]["details"]["stage"])
    );
}

#[actix_web::test]
async fn who_hangs_up_ends_the_attempt() {
    let app = TestApp::start();
    let (port, gone) = silent().await;
    let mut lines = Lines::of(follow(&app.admin(), &database(port)).await);
    while lines.next().await.unwrap()["stage"] != "connect" {}
    let begun = std::time::Instant::now();
    drop(lines);
    let _gone = gone.acquire().await.unwrap();
    assert!(
        begun.elapsed().as_secs() < 3,
        "it was waited for: {:?}",
        begun.elapsed()
    );
}

#[actix_web::test]
async fn what_is_refused_before_the_first_stage_has_its_own_status() {
    let app = TestApp::start();
    let viewer = app.user("vera", "acme", "viewer");
    let shared = json!({"scope": "organization", "database": {"url": "sqlite:e.sqlite"}});
    for (client, body, status) in [
        (&app.admin(), json!({}), 400),
        (
            &app.admin(),
            json!({"database": {"databaseType": "postgresql"}}),
            400,
        ),
        (&app.admin(), json!({"source_id": "source_none"}), 404),
        (&viewer, shared, 403),
        (&app.nobody(), json!({}), 401),
    ] {
        let response = follow(client, &body).await;
        assert_eq!(response.status().as_u16(), status, "{body}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["status"], "error", "{answer}");
        assert!(answer["error"]["request_id"].is_string(), "{answer}");
    }
}
