//! How an installation stands, as whoever runs it is told.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::app::{CANARY, TestApp, command};
use crate::support::client::Client;

const STATUS: &str = "/admin/status";

fn codes(status: &Value) -> Vec<String> {
    let all = status["hardening"].as_array().unwrap();
    for advice in all {
        for field in ["code", "message", "hint"] {
            assert!(!advice[field].as_str().unwrap().is_empty(), "{advice}");
        }
    }
    let code = |advice: &Value| advice["code"].as_str().unwrap().to_owned();
    all.iter().map(code).collect()
}

async fn status(client: &Client) -> Value {
    client.get(STATUS).await.ok()
}

#[actix_web::test]
async fn an_installation_tells_how_it_stands_and_what_could_be_safer() {
    let app = TestApp::start();
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    // A folder that is there already keeps its rights.
    mode(app.data_dir(), 0o700);
    let admin = app.admin();
    let first = status(&admin).await;
    assert_eq!(first["version"], env!("CARGO_PKG_VERSION"));
    assert!(first["started_at"].is_string() && first["uptime_seconds"].is_u64());
    assert_eq!(first["key"]["older"], 0);
    assert!(first["key"]["fingerprint"].as_str().unwrap().len() >= 8);
    assert!(first["store"]["version"].as_u64().unwrap() >= 6);
    assert!(first["store"]["bytes"].as_u64().unwrap() > 4096);
    assert!(first["disk"]["free_bytes"].is_u64());
    assert_eq!(first["disk"]["backups_bytes"], 0);
    assert_eq!(first["backups"]["last"], Value::Null);
    assert_eq!(first["backups"]["next_at"], Value::Null);
    assert_eq!(first["sources"], json!([]));
    let expected = ["admin_password_in_settings", "key_beside_data", "no_backup"];
    assert_eq!(codes(&first), expected);

    let keyed = json!({"include_key": true});
    let made = admin.post("/admin/backups", keyed).await.ok();
    let store = app.data_dir().join("headwater.sqlite");
    mode(&store, 0o644);
    let second = status(&admin).await;
    let expected = [
        "admin_password_in_settings",
        "open_files",
        "keys_in_backups",
        "key_beside_data",
    ];
    assert_eq!(codes(&second), expected);
    assert_eq!(second["backups"]["last"]["name"], made["name"]);
    assert!(second["backups"]["last_age_seconds"].as_u64().unwrap() < 60);
    assert!(second["disk"]["backups_bytes"].as_u64().unwrap() >= made["bytes"].as_u64().unwrap());
    mode(&store, 0o600);

    for role in ["viewer", "editor"] {
        let other = app.user(role, "acme", role);
        other.get(STATUS).await.failed(403, "forbidden");
    }
    app.add_user("sam", "other", "admin");
    admin.get(STATUS).await.failed(403, "forbidden");
}

#[actix_web::test]
async fn the_demo_and_an_address_that_all_reach_are_told() {
    let mut demo = command();
    demo.env("HEADWATER_DEMO", "true");
    let app = TestApp::spawn(demo, TempDir::new().unwrap());
    let told = status(&app.caller("demo", "demo")).await;
    assert!(codes(&told).contains(&"demo_user".to_owned()), "{told}");
    assert_eq!(told["sources"][0]["name"], "shop");
    let folder = app.stop();

    let mut open = command();
    open.args(["--listen", "0.0.0.0:0"]);
    let beside = TempDir::new().unwrap();
    let key = beside.path().join("secret.key");
    std::fs::rename(folder.path().join("secret.key"), &key).unwrap();
    open.env("HEADWATER_SECRET_KEY_FILE", &key);
    let app = TestApp::spawn_at(open, folder);
    let told = status(&app.caller("demo", "demo")).await;
    let codes = codes(&told);
    for code in ["reachable_without_tls", "any_source_host"] {
        assert!(codes.contains(&code.to_owned()), "{told}");
    }
    assert!(!codes.contains(&"key_beside_data".to_owned()), "{told}");
}

#[actix_web::test]
async fn sources_are_told_with_how_their_last_contact_ended_and_nobody_elses() {
    let app = TestApp::start();
    let admin = app.admin();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let path = files.join("e.sqlite");
    let make = || {
        let file = rusqlite::Connection::open(&path).unwrap();
        file.execute_batch("CREATE TABLE t (a)").unwrap();
    };
    make();
    let database = json!({"url": "sqlite:e.sqlite", "name": "mine"});
    let id = admin.connect(database.clone()).await["source_id"].clone();
    let shared =
        json!({"scope": "organization", "database": {"url": "sqlite:e.sqlite", "name": "ours"}});
    admin.post("/data/connect", shared).await.ok();
    app.user("eve", "acme", "editor").connect(database).await;
    let told = status(&admin).await["sources"].clone();
    let all = told.as_array().unwrap();
    let seen: Vec<_> = all
        .iter()
        .map(|one| (&one["name"], &one["scope"]))
        .collect();
    let (user, organization) = (json!("user"), json!("organization"));
    assert_eq!(
        seen,
        [(&json!("mine"), &user), (&json!("ours"), &organization)]
    );
    assert_eq!(
        (&all[0]["status"], &all[0]["last_error"]),
        (&json!("connected"), &Value::Null)
    );

    std::fs::remove_file(&path).unwrap();
    let test = json!({"source_id": id});
    let found = admin.post("/data/test-connection", test.clone()).await.body;
    let told = status(&admin).await["sources"][0].clone();
    assert_eq!(told["status"], "unreachable");
    assert_eq!(told["last_error"], found["error"]["code"], "{found}");
    assert!(told["last_tested_at"].is_string());
    make();
    admin.post("/data/test-connection", test).await.ok();
    assert_eq!(
        status(&admin).await["sources"][0]["last_error"],
        Value::Null
    );
    admin.post("/data/sync", json!({})).await.ok();
    assert!(status(&admin).await["sources"][0]["last_synced_at"].is_string());

    // Never a secret: what is kept of one is not among the answers.
    let with_secret = json!({"database": {"databaseType": "postgresql", "host": "127.0.0.1", "port": 1,
        "database": "d", "username": "u", "password": CANARY}});
    admin.post("/data/test-connection", with_secret).await;
    status(&admin).await;
}
