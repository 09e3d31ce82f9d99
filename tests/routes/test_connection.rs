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

#[actix_web::test]
async fn who_does_not_say_which_engine_it_is_is_told_with_what_it_did_instead() {
    let silent = fake::server(|mut stream, _| async move {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let closing = fake::server(|stream, _| async move { drop(stream) });
    let strange = fake::server(|mut stream, _| async move {
        let _ = stream.write_all(b"\x01\x02\x03").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let other = fake::server(|mut stream, _| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n").await;
    });
    let app = TestApp::start();
    let admin = app.admin();
    for (port, code, named) in [
        (silent.await, "timeout", "said nothing"),
        (closing.await, "connection_lost", "without a word"),
        (strange.await, "protocol_mismatch", "which engine it is"),
        (other.await, "protocol_mismatch", "an SSH server"),
    ] {
        let database = json!({"host": "127.0.0.1", "port": port});
        let body = json!({"database": database});
        let body = admin.post("/data/default/test-connection", body).await.body;
        assert_eq!(body["error"]["code"], code, "{body}");
        assert!(body["message"].as_str().unwrap().contains(named), "{body}");
        let hint = body["error"]["hint"].as_str().unwrap();
        assert_eq!(
            hint.contains("databaseType"),
            named != "an SSH server",
            "{body}"
        );
        let stages = &body["data"]["stages"];
        let stages: Vec<_> = stages
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (&s["stage"], &s["ok"]))
            .collect();
        let (resolve, connect) = (json!("resolve"), json!("connect"));
        assert_eq!(
            stages,
            [(&resolve, &json!(true)), (&connect, &json!(false))],
            "{body}"
        );
        assert_eq!(body["error"]["details"]["stage"], "connect", "{body}");
    }
}
