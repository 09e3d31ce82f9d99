//! The users of an organization, ruled by its admins over HTTP.

use serde_json::{Value, json};

use crate::support::app::{PASSWORD, TestApp};
use crate::support::client::Client;

const OTHER_PASSWORD: &str = "another long phrase";

async fn login(app: &TestApp, name: &str, password: &str) -> u16 {
    let body = json!({"username": name, "password": password});
    app.nobody().post("/auth/login", body).await.status
}

async fn listed(admin: &Client, name: &str) -> Value {
    let all = admin.get("/users/list").await.ok();
    let all = all.as_array().unwrap();
    let found = all.iter().find(|user| user["name"] == name);
    found.unwrap_or(&Value::Null).clone()
}

#[actix_web::test]
async fn an_admin_adds_users_and_sets_their_roles_and_passwords() {
    let app = TestApp::start();
    let admin = app.admin();
    let new = json!({"username": "ben", "role": "viewer", "password": PASSWORD});
    let added = admin.post("/users/save", new.clone()).await.ok();
    assert_eq!(
        (&added["organization"], &added["role"]),
        (&json!("acme"), &json!("viewer"))
    );
    admin.post("/users/save", new).await.failed(409, "conflict");
    assert_eq!(listed(&admin, "ben").await["last_login_at"], Value::Null);
    assert_eq!(login(&app, "ben", PASSWORD).await, 200);
    let ben = listed(&admin, "ben").await;
    assert!(ben["last_login_at"].is_string() && ben["created_at"].is_string());
    assert_eq!(ben["disabled"], false);

    // A role counts from the next request on.
    let client = app.caller("ben", "acme");
    let save = json!({"name": "W", "scope": "organization"});
    client
        .post("/workspaces/save", save.clone())
        .await
        .failed(403, "forbidden");
    let editor = json!({"username": "Ben", "role": "editor"});
    assert_eq!(
        admin.post("/users/save", editor).await.ok()["role"],
        "editor"
    );
    client.post("/workspaces/save", save).await.ok();

    let set = json!({"username": "ben", "password": OTHER_PASSWORD});
    admin.post("/users/set-password", set).await.ok();
    client.get("/auth/me").await.failed(401, "unauthenticated");
    assert_eq!(login(&app, "ben", PASSWORD).await, 401);
    assert_eq!(login(&app, "ben", OTHER_PASSWORD).await, 200);

    for (path, body, status, code) in [
        (
            "save",
            json!({"username": "new", "role": "viewer", "password": "short"}),
            400,
            "weak_password",
        ),
        (
            "save",
            json!({"username": "a b", "role": "viewer", "password": PASSWORD}),
            400,
            "invalid_field",
        ),
        (
            "save",
            json!({"username": "new", "role": "owner", "password": PASSWORD}),
            400,
            "invalid_field",
        ),
        (
            "save",
            json!({"username": "new", "role": "viewer"}),
            404,
            "not_found",
        ),
        ("save", json!({"username": "new"}), 400, "missing_field"),
        (
            "set-password",
            json!({"username": "ben", "password": "short"}),
            400,
            "weak_password",
        ),
        (
            "set-password",
            json!({"username": "new", "password": PASSWORD}),
            404,
            "not_found",
        ),
        // One's own is changed by whoever knows the present one.
        (
            "set-password",
            json!({"username": "admin", "password": OTHER_PASSWORD}),
            400,
            "invalid_field",
        ),
        ("disable", json!({"username": "new"}), 404, "not_found"),
    ] {
        let path = format!("/users/{path}");
        admin.post(&path, body.clone()).await.failed(status, code);
    }
    let log = app.log();
    for what in [
        "a user was added",
        "a user's role was set",
        "a user's password was set",
    ] {
        let line = log.lines().find(|line| line.contains(what));
        let line = line.unwrap_or_else(|| panic!("no '{what}' in {log}"));
        assert!(line.contains("admin") && line.contains("ben"), "{line}");
    }
    assert!(!log.contains(OTHER_PASSWORD));
}

#[actix_web::test]
async fn a_disabled_user_is_out_at_once_and_comes_back_by_a_login() {
    let app = TestApp::start();
    let admin = app.admin();
    let ben = app.user("ben", "acme", "editor");
    ben.get("/auth/me").await.ok();
    let named = json!({"username": "ben"});
    let disabled = admin.post("/users/disable", named.clone()).await.ok();
    assert_eq!(disabled["disabled"], true);
    ben.get("/auth/me").await.failed(401, "unauthenticated");
    assert_eq!(login(&app, "ben", PASSWORD).await, 401);
    assert_eq!(listed(&admin, "ben").await["disabled"], true);
    admin.post("/users/enable", named).await.ok();
    ben.get("/auth/me").await.failed(401, "unauthenticated");
    assert_eq!(login(&app, "ben", PASSWORD).await, 200);
    let log = app.log();
    assert!(log.contains("a user was disabled") && log.contains("a user was enabled"));
}

#[actix_web::test]
async fn an_organization_keeps_an_admin_whoever_asks_and_however_many_at_once() {
    let app = TestApp::start();
    let admin = app.admin();
    let demote = |name: &str| json!({"username": name, "role": "editor"});
    let disable = |name: &str| json!({"username": name});
    admin
        .post("/users/save", demote("admin"))
        .await
        .failed(409, "conflict");
    admin
        .post("/users/disable", disable("admin"))
        .await
        .failed(409, "conflict");
    let deputy = app.user("deputy", "acme", "admin");
    admin
        .post("/users/disable", disable("admin"))
        .await
        .failed(400, "invalid_field");
    // A disabled admin is none that counts.
    admin.post("/users/disable", disable("deputy")).await.ok();
    admin
        .post("/users/save", demote("admin"))
        .await
        .failed(409, "conflict");
    admin.post("/users/save", demote("deputy")).await.ok();
    admin.post("/users/enable", disable("deputy")).await.ok();
    deputy.get("/auth/me").await.failed(401, "unauthenticated");
    let promote = json!({"username": "deputy", "role": "admin"});
    admin.post("/users/save", promote).await.ok();
    let deputy = app.caller("deputy", "acme");
    // Each takes the other down: one of the two comes too late.
    let (one, other) = tokio::join!(
        admin.post("/users/save", demote("deputy")),
        deputy.post("/users/save", demote("admin")),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{statuses:?}");
    assert!(matches!(statuses[1], 403 | 409), "{statuses:?}");
    let users = app.run(&["user", "list", "--organization", "acme"], "");
    let users = String::from_utf8(users.stdout).unwrap();
    assert_eq!(users.matches(" admin ").count(), 1, "{users}");
}

#[actix_web::test]
async fn the_users_of_another_organization_are_out_of_reach() {
    let app = TestApp::start();
    let admin = app.admin();
    let sam = app.user("sam", "other", "admin");
    app.add_user("ben", "acme", "editor");
    let all = sam.get("/users/list").await.ok();
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    for (path, body) in [
        ("disable", json!({"username": "ben"})),
        ("enable", json!({"username": "ben"})),
        ("save", json!({"username": "ben", "role": "admin"})),
        (
            "set-password",
            json!({"username": "ben", "password": PASSWORD}),
        ),
    ] {
        let path = format!("/users/{path}");
        sam.post(&path, body).await.failed(404, "not_found");
    }
    // What names an organization all the same is told that it counts for nothing.
    let named =
        json!({"username": "kim", "role": "viewer", "password": PASSWORD, "organization": "acme"});
    let added = sam.post("/users/save", named).await.ok();
    assert_eq!(added["organization"], "other");
    assert!(
        added["warnings"][0]
            .as_str()
            .unwrap()
            .contains("organization")
    );
    assert_eq!(listed(&admin, "kim").await, Value::Null);
}
