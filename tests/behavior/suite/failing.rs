//! What fails, and how it is told.

use std::time::{Duration, Instant};

use headwater::connectors::DRIVERS;
use reqwest::Method;
use serde_json::json;

use super::{of, stage};
use crate::behavior::engine::Engine;
use crate::behavior::faults::{Silent, dead_port};
use crate::support::app::CANARY;

pub async fn a_database_that_is_not_there_is_told(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let body = stage
        .test(stage.with(&json!({"database": "nowhere_to_be_found"})))
        .await;
    let code = body["error"]["code"].as_str().unwrap();
    // A login without rights on any other database may not be told whether there is one.
    assert!(
        ["database_not_found", "permission_denied"].contains(&code),
        "{body}"
    );
    assert_eq!(body["error"]["details"]["stage"], "open_database");
}

pub async fn a_connect_that_fails_keeps_nothing(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let wrong = json!({"database": stage.with(&json!({"database": "nowhere_to_be_found"}))});
    let answer = stage.client.post("/data/workspace_id/connect", wrong).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(answer.body["data"]["connectionStatus"], false);
    assert_eq!(answer.body["data"]["errorMessage"], answer.body["message"]);
    assert_eq!(stage.client.get("/data/default/list").await.ok(), json!([]));
}

pub async fn a_wrong_password_is_told_at_the_stage_of_the_login(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let wrong = stage.with(&json!({"password": format!("{CANARY}x")}));
    stage
        .fails(wrong, "authentication_failed", "authenticate")
        .await;
}

pub async fn a_login_without_its_password_is_told_that_none_was_given(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let without = stage.with(&json!({"password": null}));
    let body = stage
        .fails(without, "authentication_failed", "authenticate")
        .await;
    let said = body["message"].as_str().unwrap();
    assert!(
        said.contains("none was given") || said.contains("no password was given"),
        "{body}"
    );
}

pub async fn another_servers_port_is_told_with_who_answers_there(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let family = |name: &str| name.replace("mariadb", "mysql");
    for other in DRIVERS
        .iter()
        .filter(|d| d.default_port.is_some() && family(d.name) != family(engine.name()))
    {
        let wrong = stage.with(&json!({"databaseType": other.name}));
        let body = stage.test(wrong).await;
        assert_eq!(
            body["error"]["code"],
            "protocol_mismatch",
            "{} asked at {}: {body}",
            other.name,
            engine.name()
        );
        let title = of(engine).title;
        let said = body["message"].as_str().unwrap();
        let names_it =
            said.contains(title) || (family(engine.name()) == "mysql" && said.contains("MySQL"));
        assert!(names_it, "who answers is not told: {said}");
    }
}

pub async fn nothing_that_listens_is_told_as_refused(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let wrong = stage.with(&json!({"port": dead_port()}));
    stage.fails(wrong, "connection_refused", "connect").await;
}

pub async fn a_server_that_says_nothing_is_given_up_in_time(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let silent = Silent::start().await;
    let started = Instant::now();
    let body = stage.test(stage.with(&json!({"port": silent.port}))).await;
    assert_eq!(body["error"]["code"], "timeout", "{body}");
    // The promise is ten seconds; the rest is for a machine that is busy with other tests.
    assert!(started.elapsed() < Duration::from_secs(15), "{body}");
}

pub async fn a_caller_who_hangs_up_ends_the_attempt(engine: &dyn Engine) {
    let stage = stage(engine).await;
    let mut silent = Silent::start().await;
    let body = json!({"database": stage.with(&json!({"port": silent.port}))});
    let request = stage
        .client
        .request(Method::POST, "/data/default/test-connection")
        .json(&body);
    let asking = tokio::spawn(request.send());
    assert_eq!(silent.events.recv().await, Some("opened"));
    asking.abort();
    let closed = tokio::time::timeout(Duration::from_secs(2), silent.events.recv()).await;
    assert_eq!(
        closed.expect("the attempt goes on for nobody"),
        Some("closed")
    );
}

pub async fn a_name_that_nobody_knows_is_told(engine: &dyn Engine) {
    let stage = stage(engine).await;
    // RFC 6761 §6.4: `.invalid` is never given out.
    stage
        .fails(
            stage.with(&json!({"host": "no-such-host.invalid"})),
            "dns_failure",
            "resolve",
        )
        .await;
    let metadata = stage.with(&json!({"host": "169.254.169.254"}));
    stage.fails(metadata, "host_not_allowed", "resolve").await;
}
