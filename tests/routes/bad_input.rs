//! Whatever comes in: a clear 4xx in the envelope, never a 500, nothing kept.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::{Client, send};

async fn nothing_is_kept(client: &Client) {
    let sources = client.get("/data/workspace_id/list").await.ok();
    assert_eq!(sources, json!([]));
}

#[actix_web::test]
async fn a_connect_that_makes_no_sense_is_refused_by_its_field() {
    let app = TestApp::start();
    let admin = app.admin();
    let database = json!({"databaseType": "sqlite", "database": "x.sqlite"});
    for (body, path) in [
        (json!({}), "database"),
        (json!({"database": null, "sources": null}), "database"),
        (json!({"database": database, "sources": []}), "sources"),
        (json!({"sources": []}), "sources"),
        (
            json!({"database": {"databaseType": "mysql", "host": "h", "username": "u", "options": {"tls_ca": "-----BEGIN CERTIFICATE-----"}}}),
            "database.options",
        ),
        (json!({"database": "text"}), "database"),
        (json!({"database": []}), "database"),
        (json!({"sources": {}}), "sources"),
        (json!({"database": {"port": "5432"}}), "database.port"),
        (json!({"database": {"port": 70000}}), "database.port"),
        (json!({"database": {"port": -1}}), "database.port"),
        (json!({"database": {"host": ["h"]}}), "database.host"),
        (json!({"database": {"options": 1}}), "database.options"),
        (
            json!({"database": {"databaseType": "oracle", "host": "h"}}),
            "database.databaseType",
        ),
        (json!({"database": {"url": "oracle://h/d"}}), "database.url"),
        (json!({"database": {"url": "nonsense"}}), "database.url"),
        (json!({"database": {}}), "database.databaseType"),
        (json!({"database": database, "scope": "galaxy"}), "scope"),
        (
            json!({"database": database, "computeRowCount": "yes"}),
            "computeRowCount",
        ),
    ] {
        let answer = admin.post("/data/workspace_id/connect", body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        assert_eq!(
            answer.body["error"]["details"]["path"], path,
            "{body}: {}",
            answer.body
        );
    }
    nothing_is_kept(&admin).await;
}

#[actix_web::test]
async fn bodies_that_are_no_json_are_refused_as_what_they_are() {
    let app = TestApp::start();
    let admin = app.admin();
    for path in [
        "/data/workspace_id/connect",
        "/workspaces/save",
        "/data/default/cleanup",
        "/data/infer-schema",
        "/projects/save",
        "/projects/import-project",
    ] {
        for body in [&b"{"[..], b"{\"name\": \"\xff\"}", b"nul", b"{} x", b"\0"] {
            admin
                .post_bytes(path, body)
                .await
                .failed(400, "malformed_json");
        }
        let deep = "[".repeat(50_000);
        assert_eq!(admin.post_bytes(path, deep).await.status, 400);
        let text = admin
            .request(Method::POST, path)
            .header("Content-Type", "text/plain")
            .body("{}");
        send(text).await.failed(415, "unsupported_media_type");
    }
    nothing_is_kept(&admin).await;
}

#[actix_web::test]
async fn a_body_of_ten_megabytes_is_refused() {
    let app = TestApp::start();
    let admin = app.admin();
    let big = format!("{{\"name\": \"{}\"}}", "x".repeat(10 << 20));
    let failed = admin
        .post_bytes("/workspaces/save", big.clone())
        .await
        .failed(413, "body_too_large");
    assert_eq!(failed["error"]["details"]["limit_bytes"], 1 << 20);
    app.nobody()
        .post_bytes("/auth/login", big)
        .await
        .failed(413, "body_too_large");
    nothing_is_kept(&admin).await;
}

#[actix_web::test]
async fn query_parameters_are_checked() {
    let app = TestApp::start();
    let admin = app.admin();
    for path in [
        "/data/workspace_id/list?scope=galaxy",
        "/data/workspace_id/list?tables=perhaps",
        "/data/workspace_id/schema",
        "/data/workspace_id/schema?source_id=",
        "/data/a%20b/list",
        "/data/%FF/list",
        "/workspaces/list?scope=",
    ] {
        let answer = admin.get(path).await;
        let expected = if path.ends_with("list?scope=") {
            200
        } else {
            400
        };
        assert_eq!(answer.status, expected, "{path}: {}", answer.body);
    }
    admin
        .get("/data/ws_nope/list")
        .await
        .failed(404, "not_found");
    admin
        .get("/data/workspace_id/schema?source_id=source_nope")
        .await
        .failed(404, "not_found");
    admin
        .get("/data/workspace_id/schema?source_id=a%20b")
        .await
        .failed(404, "not_found");
}

#[actix_web::test]
async fn a_wrong_path_or_method_is_told() {
    let app = TestApp::start();
    let admin = app.admin();
    admin.get("/nope").await.failed(404, "not_found");
    let failed = admin
        .get("/workspaces/save")
        .await
        .failed(405, "method_not_allowed");
    assert_eq!(failed["error"]["hint"], "Use POST.");
    send(admin.request(Method::DELETE, "/workspaces/list"))
        .await
        .failed(405, "method_not_allowed");
}

#[actix_web::test]
async fn ids_of_others_are_not_found_and_stay() {
    let app = TestApp::start();
    let (admin, bob) = (app.admin(), app.user("bob", "acme", "admin"));
    std::fs::create_dir_all(app.data_dir().join("files")).unwrap();
    std::fs::write(app.data_dir().join("files/empty.sqlite"), b"").unwrap();
    let connected = admin
        .connect(json!({"databaseType": "sqlite", "database": "empty.sqlite", "name": "e"}))
        .await;
    let id = connected["source_id"].as_str().unwrap();
    bob.get(&format!("/data/workspace_id/schema?source_id={id}"))
        .await
        .failed(404, "not_found");
    bob.post(
        "/data/workspace_id/test-connection",
        json!({"source_id": id}),
    )
    .await
    .failed(404, "not_found");
    let cleaned = bob
        .post(
            "/data/workspace_id/cleanup",
            json!({"source_ids": [id, "tbl_x", "a b"]}),
        )
        .await
        .ok();
    assert_eq!(
        cleaned,
        json!({"deleted_count": 0, "deleted_ids": [], "not_found_ids": [id, "tbl_x", "a b"]})
    );
    let everything = bob.post("/data/workspace_id/cleanup", json!({})).await.ok();
    assert_eq!(everything["deleted_count"], 0);
    let misspelled = json!({"source_id": [id]});
    let refused = admin.post("/data/workspace_id/cleanup", misspelled).await;
    let refused = refused.failed(400, "invalid_field");
    assert_eq!(refused["error"]["details"]["path"], "source_ids");
    let listed = admin.get("/data/workspace_id/list").await.ok();
    assert_eq!(listed[0]["id"], Value::from(id));
}

#[actix_web::test]
async fn names_that_break_a_line_or_never_end_are_refused() {
    let app = TestApp::start();
    let admin = app.admin();
    std::fs::write(app.data_dir().join("files").join("a.sqlite"), b"").unwrap();
    let database =
        |name: &str| json!({"name": name, "databaseType": "sqlite", "database": "a.sqlite"});
    for name in ["two\nlines", "nul\0", "\u{1b}[31m", &"x".repeat(201)] {
        let one = json!({"database": database(name)});
        let failed = admin.post("/data/workspace_id/connect", one).await;
        assert_eq!(
            failed.failed(400, "invalid_field")["error"]["details"]["path"],
            "database.name",
            "{name:?}"
        );
        let source = json!({"type": "database", "name": name, "connection_config": database(name)});
        let failed = admin
            .post("/data/workspace_id/connect", json!({"sources": [source]}))
            .await
            .failed(422, "all_sources_failed");
        let error = &failed["data"]["failed_sources"][0]["error"];
        assert_eq!(error["details"]["path"], "sources[0].name", "{name:?}");
        admin
            .post("/workspaces/save", json!({"name": name}))
            .await
            .failed(400, "invalid_field");
    }
    nothing_is_kept(&admin).await;
    let kept = admin.connect(database(" emoji 😀 \u{202e}abc ")).await;
    assert_eq!(kept["name"], "emoji 😀 \u{202e}abc");
}

#[actix_web::test]
async fn what_can_be_no_host_is_told_before_anything_is_dialled() {
    let app = TestApp::start();
    let admin = app.admin();
    for (host, words) in [
        ("127.0.0.1:5432", "a port too"),
        ("db.example:3306", "a port too"),
        ("user@127.0.0.1", "no host name"),
        ("127.0.0.1,127.0.0.2", "no host name"),
        ("127.0.0.1/../", "no host name"),
        ("a\nb", "no host name"),
        ("[::1", "no host name"),
        ("fe80::1%lo", "no address"),
        (&"x".repeat(300), "no host name"),
        ("a..b", "no host name"),
        // What some resolvers take for addresses and nobody else does.
        ("127.1", "ends in a number"),
        ("2852039166", "ends in a number"),
        ("0x7f.0.0.0x1", "ends in a number"),
        ("127.0.0.01", "ends in a number"),
        ("256.0.0.1.", "ends in a number"),
        ("１２７.0.0.1", "beyond ASCII"),
        ("bücher.example", "beyond ASCII"),
    ] {
        for engine in ["postgresql", "mysql", "mongodb", ""] {
            let database = json!({"databaseType": engine, "host": host, "database": "d",
                "username": "u", "password": "p", "port": 5000});
            let failed = admin
                .post(
                    "/data/default/test-connection",
                    json!({"database": database}),
                )
                .await
                .failed(400, "invalid_connection");
            assert_eq!(failed["error"]["details"]["path"], "database.host");
            let message = failed["message"].as_str().unwrap();
            assert!(message.contains(words), "{engine} {host}: {message}");
        }
    }
}

#[actix_web::test]
async fn headers_beyond_sixteen_kilobytes_are_refused() {
    let app = TestApp::start();
    let admin = app.admin();
    for (length, status) in [(8 << 10, 200), (17 << 10, 431), (60 << 10, 431)] {
        let request = admin
            .request(Method::GET, "/auth/me")
            .header("X-Filler", "x".repeat(length));
        assert_eq!(send(request).await.status, status, "{length}");
    }
    admin
        .get(&format!(
            "/workspaces/list?scope=user&x={}",
            "x".repeat(17 << 10)
        ))
        .await
        .failed(431, "headers_too_large");
}
