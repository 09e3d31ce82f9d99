//! What a test of a connection reports, whatever the engine.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::app::TestApp;
use crate::support::fake;

#[actix_web::test]
async fn a_server_that_was_asked_for_its_engine_has_each_stage_once() {
    // Answers as PostgreSQL without TLS does, and hangs up on the login.
    let port = fake::server(|mut stream, _| async move {
        let mut request = [0; 8];
        if stream.read_exact(&mut request).await.is_ok() {
            let _ = stream.write_all(b"N").await;
            let _ = stream.read(&mut request).await;
        }
    })
    .await;
    let app = TestApp::start();
    let database = json!({"host": "127.0.0.1", "port": port, "database": "d", "username": "u",
        "password": "p"});
    let answer = app
        .admin()
        .post(
            "/data/default/test-connection",
            json!({"database": database}),
        )
        .await;
    assert_eq!(answer.body["status"], "error", "{}", answer.body);
    let stages = answer.body["data"]["stages"].as_array().unwrap();
    let names: Vec<_> = stages.iter().map(|stage| &stage["stage"]).collect();
    assert_eq!(
        names[..2],
        [&json!("resolve"), &json!("connect")],
        "{names:?}"
    );
    let again = |name: &&Value| names.iter().filter(|other| *other == name).count() > 1;
    assert!(!names.iter().any(again), "{names:?}");
}
