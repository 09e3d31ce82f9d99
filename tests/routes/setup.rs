//! The first start.

use serde_json::json;

use crate::support::app::{PASSWORD, TestApp, command};

/// The token of the link that a start printed.
fn link(app: &TestApp) -> String {
    let log = app.log();
    let at = log
        .find("#setup=")
        .unwrap_or_else(|| panic!("no link in {log}"));
    log[at + 7..].split_whitespace().next().unwrap().to_owned()
}

fn bare() -> TestApp {
    TestApp::spawn(command(), tempfile::tempdir().unwrap())
}

#[actix_web::test]
async fn the_link_of_the_first_start_makes_the_admin_and_works_once() {
    let app = bare();
    let form = json!({"token": link(&app), "username": "ann", "password": PASSWORD, "organization": "acme"});
    let nobody = app.nobody();
    let mut wrong = form.clone();
    wrong["token"] = json!("x".repeat(43));
    nobody
        .post("/auth/setup", wrong)
        .await
        .failed(401, "invalid_credentials");
    let mut weak = form.clone();
    weak["password"] = json!("short");
    nobody
        .post("/auth/setup", weak)
        .await
        .failed(400, "weak_password");
    let made = nobody.post("/auth/setup", form.clone()).await.ok();
    let ann = nobody.with_token(made["token"].as_str().unwrap());
    assert_eq!(
        ann.get("/users/get-role").await.ok(),
        json!({"username": "ann", "organization": "acme", "role": "admin"})
    );
    nobody
        .post("/auth/setup", form)
        .await
        .failed(401, "invalid_credentials");
    let folder = app.stop();
    let again = TestApp::spawn(command(), folder);
    assert!(
        !again.log().contains("#setup="),
        "a server with users prints no link"
    );
}

#[actix_web::test]
async fn a_restart_prints_a_new_link_until_one_is_used() {
    let app = bare();
    let first = link(&app);
    let app = TestApp::spawn(command(), app.stop());
    let second = link(&app);
    assert_ne!(first, second);
    let form = |token| json!({"token": token, "username": "ann", "password": PASSWORD});
    app.nobody()
        .post("/auth/setup", form(first))
        .await
        .failed(401, "invalid_credentials");
    let made = app.nobody().post("/auth/setup", form(second)).await.ok();
    assert_eq!(made["user"]["organization"], "default");
}

#[actix_web::test]
async fn an_admin_from_the_environment_logs_in_without_a_link() {
    let app = TestApp::start();
    assert!(!app.log().contains("#setup="));
    let login = json!({"username": "admin", "password": PASSWORD, "organization": "acme"});
    let session = app.nobody().post("/auth/login", login).await.ok();
    assert_eq!(session["user"]["role"], "admin");
    assert!(!app.log().contains(PASSWORD));
}

#[actix_web::test]
async fn the_demo_prints_a_line_that_works_as_it_stands() {
    let mut demo = command();
    demo.env("HEADWATER_DEMO", "true");
    let app = TestApp::spawn(demo, tempfile::tempdir().unwrap());
    let log = app.printed("tables=true'");
    let at = log
        .find("curl ")
        .unwrap_or_else(|| panic!("no curl line in {log}"));
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            &format!("{} -sS", log[at..].trim().trim_end_matches('\n')),
        ])
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(answer["data"][0]["name"], "shop");
    assert!(
        answer["data"][0]["tables"]
            .as_array()
            .is_some_and(|tables| tables.len() >= 8),
        "{answer}"
    );
}
