//! `/auth/…` and `/users/…`

use serde_json::{Value, json};

use crate::support::app::{PASSWORD, TestApp};

const NEW_PASSWORD: &str = "another long enough phrase";

fn login(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[actix_web::test]
async fn a_login_gives_a_token_that_says_who_one_is() {
    let app = TestApp::start();
    let session = app
        .nobody()
        .post("/auth/login", login("admin", PASSWORD))
        .await
        .ok();
    let expires: jiff::Timestamp = session["expires_at"].as_str().unwrap().parse().unwrap();
    let hours = (expires - jiff::Timestamp::now())
        .total(jiff::Unit::Hour)
        .unwrap();
    assert!((11.9..=12.0).contains(&hours), "{hours}");
    let admin = app.nobody().with_token(session["token"].as_str().unwrap());
    let me = admin.get("/auth/me").await.ok();
    assert_eq!(
        (&me["name"], &me["organization"], &me["role"]),
        (&json!("admin"), &json!("acme"), &json!("admin"))
    );
    assert!(!me.to_string().contains("argon2"));
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_user_are_answered_alike() {
    let app = TestApp::start();
    let wrong = app
        .nobody()
        .post("/auth/login", login("admin", "not the password"))
        .await;
    let unknown = app
        .nobody()
        .post("/auth/login", login("nobody", "not the password"))
        .await;
    let strip = |mut body: Value| {
        body["error"]["request_id"] = Value::Null;
        body
    };
    let wrong = strip(wrong.failed(401, "invalid_credentials"));
    assert_eq!(wrong, strip(unknown.failed(401, "invalid_credentials")));
}

#[actix_web::test]
async fn too_many_failed_logins_are_asked_to_wait() {
    let app = TestApp::start();
    let mut last = None;
    for _ in 0..12 {
        last = Some(
            app.nobody()
                .post("/auth/login", login("admin", "not the password"))
                .await,
        );
    }
    let body = last.unwrap().failed(429, "too_many_attempts");
    assert!(body["error"]["hint"].as_str().unwrap().contains("seconds"));
}

#[actix_web::test]
async fn a_changed_password_ends_every_token_and_gives_a_new_one() {
    let app = TestApp::start();
    let (admin, second) = (app.admin(), app.admin());
    let change =
        |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    let path = "/auth/change-password";
    admin
        .post(path, change("not the password", NEW_PASSWORD))
        .await
        .failed(401, "invalid_credentials");
    admin
        .post(path, change(PASSWORD, "short"))
        .await
        .failed(400, "weak_password");
    let session = admin.post(path, change(PASSWORD, NEW_PASSWORD)).await.ok();
    for ended in [&admin, &second] {
        ended.get("/auth/me").await.failed(401, "unauthenticated");
    }
    admin
        .with_token(session["token"].as_str().unwrap())
        .get("/auth/me")
        .await
        .ok();
    app.nobody()
        .post("/auth/login", login("admin", PASSWORD))
        .await
        .failed(401, "invalid_credentials");
    app.nobody()
        .post("/auth/login", login("admin", NEW_PASSWORD))
        .await
        .ok();
}

#[actix_web::test]
async fn a_token_is_issued_shown_once_listed_and_revoked() {
    let app = TestApp::start();
    let admin = app.admin();
    let issued = admin
        .post(
            "/auth/issue-token",
            json!({"name": "nightly", "expires_in_minutes": 60}),
        )
        .await
        .ok();
    let token = issued["token"].as_str().unwrap();
    let program = admin.with_token(token);
    program.get("/auth/me").await.ok();
    let listed = admin.get("/auth/tokens").await.ok();
    assert!(!listed.to_string().contains(token), "it is shown once");
    let named = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|listed| listed["name"] == "nightly")
        .unwrap();
    assert_eq!(named["jti"], issued["jti"]);
    admin
        .post(
            &format!("/auth/revoke/{}", issued["jti"].as_str().unwrap()),
            json!({}),
        )
        .await
        .ok();
    program.get("/auth/me").await.failed(401, "unauthenticated");
    admin.get("/auth/me").await.ok();
    admin
        .post("/auth/issue-token", json!({"expires_in_minutes": 0}))
        .await
        .failed(400, "invalid_field");
}

#[actix_web::test]
async fn everything_of_a_user_ends_with_revoke_all_and_with_being_disabled() {
    let app = TestApp::start();
    let bob = app.user("bob", "acme", "editor");
    let other = app.caller("bob", "acme");
    let revoked = bob.post("/auth/revoke-all", json!({})).await.ok();
    assert_eq!(revoked["revoked_count"], 2);
    for ended in [&bob, &other] {
        ended.get("/auth/me").await.failed(401, "unauthenticated");
    }
    let bob = app.caller("bob", "acme");
    bob.get("/auth/me").await.ok();
    let disabled = app.run(&["user", "disable", "bob", "--organization", "acme"], "");
    assert!(disabled.status.success());
    bob.get("/auth/me").await.failed(401, "unauthenticated");
    app.nobody()
        .post("/auth/login", login("bob", PASSWORD))
        .await
        .failed(401, "invalid_credentials");
}

#[actix_web::test]
async fn a_user_who_is_added_while_the_server_runs_counts_at_once() {
    let app = TestApp::start();
    app.nobody()
        .post("/auth/login", login("late", PASSWORD))
        .await
        .failed(401, "invalid_credentials");
    app.add_user("late", "acme", "viewer");
    let session = app
        .nobody()
        .post("/auth/login", login("late", PASSWORD))
        .await
        .ok();
    assert_eq!(session["user"]["role"], "viewer");
}

#[actix_web::test]
async fn a_login_in_the_long_form_counts_for_that_organization_alone() {
    let app = TestApp::start();
    let at = |organization: &str| {
        app.nobody()
            .at(format!("{}/jarvispy/{organization}/admin/api/v1", app.url))
    };
    at("acme")
        .post("/auth/login", login("admin", PASSWORD))
        .await
        .ok();
    at("other")
        .post("/auth/login", login("admin", PASSWORD))
        .await
        .failed(401, "invalid_credentials");
}
