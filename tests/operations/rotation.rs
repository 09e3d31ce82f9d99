use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;

use data_encoding::BASE64;
use rusqlite::Connection;
use serde_json::json;

use super::backup::{api, fill, sees_all};
use super::crashes::{killed, rounds};
use super::{done, refused, told};
use crate::support::app::{CANARY, TestApp, command, run};

/// The ids of the keys that anything is sealed by.
fn in_use(data: &Path) -> HashSet<String> {
    let store = Connection::open(data.join("headwater.sqlite")).unwrap();
    let mut statement = store
        .prepare("SELECT key_id FROM secret UNION SELECT key_id FROM vault_canary")
        .unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

fn keys(data: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(data.join("secret.key")).unwrap();
    let keys = text.lines().filter(|line| !line.starts_with('#'));
    keys.map(str::to_owned).collect()
}

fn source(url: &str, name: &str) -> serde_json::Value {
    json!({"type": "api", "name": name, "connection_config": {
        "base_url": url, "api_key": CANARY, "endpoints": [{"path": "/customers"}]}})
}

#[actix_web::test]
async fn a_serving_program_goes_on_with_a_new_key_and_needs_the_old_one_no_more() {
    use std::os::unix::fs::PermissionsExt;

    let app = TestApp::start();
    let (admin, api) = (app.admin(), api().await);
    fill(&app, &admin, &api).await;
    let before = in_use(app.data_dir());
    let rotated = app.run(&["rotate-key"], "");
    done(&rotated);
    assert!(
        told(&rotated).contains("all 1 kept credentials"),
        "{}",
        told(&rotated)
    );
    assert!(in_use(app.data_dir()).is_disjoint(&before));
    assert_eq!(keys(app.data_dir()).len(), 2);
    let key = app.data_dir().join("secret.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // What was sealed anew opens, and what comes is sealed by the new key.
    sees_all(&admin).await;
    let more = json!({"sources": [source(&api.url(), "more")]});
    admin.post("/data/connect", more).await.ok();
    assert_eq!(in_use(app.data_dir()).len(), 1);

    let newest = keys(app.data_dir())[0].clone();
    let folder = app.stop();
    std::fs::write(folder.path().join("secret.key"), newest).unwrap();
    let app = TestApp::start_with(folder, &[]);
    let synced = app.admin().post("/data/sync", json!({})).await.ok();
    assert_eq!(synced["sources"].as_array().unwrap().len(), 3);
    assert!(!synced.to_string().contains("failed\""), "{synced}");
}

#[actix_web::test]
async fn a_change_of_the_key_that_is_killed_leaves_everything_to_be_opened() {
    let app = TestApp::start();
    let (admin, api) = (app.admin(), api().await);
    let sources: Vec<_> = (0..60)
        .map(|n| source(&api.url(), &format!("s{n}")))
        .collect();
    let connected = admin
        .post("/data/connect", json!({"sources": sources}))
        .await
        .ok();
    assert_eq!(connected["connected_sources"].as_array().unwrap().len(), 60);
    let folder = app.stop();
    let data = folder.path();
    let size = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |found| found.len());
    let (mut kills, rounds) = (0, rounds());
    let (mut old, mut new) = (0, 0);
    for round in 0..rounds {
        let (before, key) = (in_use(data), size("secret.key"));
        let child = command()
            .args(["rotate-key", "--data-dir"])
            .arg(data)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let limit = 1 + 4000 * (round / 3);
        let was_killed = killed(child, || match round % 3 {
            0 => size("secret.key") != key,
            1 => std::fs::read_dir(data)
                .unwrap()
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with(".tmp")),
            _ => size("headwater.sqlite-wal") >= limit,
        });
        kills += u64::from(was_killed);
        let well = run(data, &["doctor"], "");
        let said = done(&well);
        assert!(said.contains("opens all 60 sealed credentials"), "{said}");
        if in_use(data) == before {
            old += 1;
            assert!(was_killed);
        } else {
            new += 1;
            assert!(in_use(data).is_disjoint(&before));
        }
        assert_eq!(in_use(data).len(), 1);
    }
    println!("{kills} of {rounds} were killed: {old} old keys, {new} new ones");
    assert!(kills > 0);
    done(&run(data, &["rotate-key"], ""));
    assert_eq!(in_use(data).len(), 1);
}

#[actix_web::test]
async fn a_key_of_the_settings_is_changed_by_the_operator_and_sealed_anew_by_the_command() {
    let [old, new] = [1, 2].map(|byte| BASE64.encode(&[byte; 32]));
    let app = TestApp::start_with(
        tempfile::TempDir::new().unwrap(),
        &[("HEADWATER_SECRET_KEY", &old)],
    );
    let (admin, api) = (app.admin(), api().await);
    fill(&app, &admin, &api).await;
    let folder = app.stop();
    let with = |key: &str, args: &[&str]| {
        let mut command = command();
        command.args(args).arg("--data-dir").arg(folder.path());
        command.env("HEADWATER_SECRET_KEY", key).output().unwrap()
    };
    refused(&with(&old, &["rotate-key"]), "openssl rand -base64 32");
    done(&with(&format!("{new}\n{old}"), &["rotate-key"]));
    done(&with(&new, &["doctor"]));
    refused(&with(&old, &["doctor"]), "failed");
}

#[test]
fn where_nothing_is_sealed_there_is_no_key_to_replace() {
    let place = super::Place::new("anna");
    refused(&place.run(&["rotate-key"]), "no key to replace");
}
