use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use super::backup::{api, fill};
use super::{done, refused};
use crate::support::app::{TestApp, run};

fn report(data: &Path) -> (bool, Vec<Value>) {
    let output = run(data, &["doctor", "--json"], "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ok = report["ok"].as_bool().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(!ok)));
    (ok, report["checks"].as_array().unwrap().clone())
}

/// What is not well, with what to do about each.
#[track_caller]
fn found(data: &Path, state: &str, check: &str, telling: &str) {
    let (ok, checks) = report(data);
    assert_eq!(ok, state != "failed", "{checks:?}");
    let bad = checks.iter().find(|found| {
        found["state"] == state
            && found["check"] == check
            && found["message"].as_str().unwrap().contains(telling)
    });
    let bad = bad.unwrap_or_else(|| panic!("no {state} {check} with '{telling}' in {checks:?}"));
    assert!(!bad["hint"].as_str().unwrap().is_empty());
}

#[actix_web::test]
async fn a_folder_is_told_to_be_well_or_what_is_wrong_with_it() {
    let app = TestApp::start();
    let api = api().await;
    fill(&app, &app.admin(), &api).await;
    // A folder that is there already keeps its rights, which are told.
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(app.data_dir(), 0o755);
    found(app.data_dir(), "warning", "folder", "others may read");
    mode(app.data_dir(), 0o700);
    let said = done(&app.run(&["doctor"], ""));
    assert!(said.contains("a server works in it"), "{said}");
    assert!(said.contains("opens all 1 sealed credentials"), "{said}");
    assert!(said.contains("1 files, all whole"), "{said}");
    assert!(said.lines().all(|line| line.starts_with('✓')), "{said}");

    let folder = app.stop();
    let data = folder.path();
    let (ok, checks) = report(data);
    assert!(
        ok && checks.iter().all(|found| found["state"] == "ok"),
        "{checks:?}"
    );
    let store = data.join("headwater.sqlite");
    let key = data.join("secret.key");

    mode(&key, 0o644);
    found(data, "warning", "folder", "secret.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    mode(&key, 0o600);

    let orphan = data.join("workspaces/ws_none.sqlite");
    std::fs::write(&orphan, "").unwrap();
    found(data, "warning", "copies", "belongs to no workspace");
    std::fs::remove_file(orphan).unwrap();

    let token = std::fs::read(data.join("token.key")).unwrap();
    std::fs::remove_file(data.join("token.key")).unwrap();
    found(data, "warning", "tokens", "is missing");
    std::fs::write(data.join("token.key"), "no key").unwrap();
    found(data, "failed", "tokens", "is no key");
    std::fs::write(data.join("token.key"), token).unwrap();
    mode(&data.join("token.key"), 0o600);

    let kept = std::fs::read(&key).unwrap();
    std::fs::write(&key, data_encoding::BASE64.encode(&[7; 32])).unwrap();
    found(data, "failed", "key", "is not the one");
    refused(&run(data, &["doctor"], ""), "checks failed");
    std::fs::write(&key, kept).unwrap();

    let change = |sql: &str| {
        Connection::open(&store)
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    };
    change("CREATE TABLE kept AS SELECT * FROM secret; UPDATE secret SET nonce = zeroblob(24)");
    found(data, "failed", "key", "of the source 'sales' does not open");
    change("DELETE FROM secret; INSERT INTO secret SELECT * FROM kept; DROP TABLE kept");
    assert!(report(data).0);
    let version: u32 = Connection::open(&store)
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    change("PRAGMA user_version = 99");
    found(data, "failed", "store", "of version 99");
    change(&format!("PRAGMA user_version = {version}"));

    let copies = std::fs::read_dir(data.join("workspaces")).unwrap();
    let mut copies = copies.map(|entry| entry.unwrap().path());
    let copies = copies
        .find(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .unwrap();
    // What a server wrote last may stand in the log beside the file.
    Connection::open(&copies)
        .unwrap()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let whole = std::fs::read(&copies).unwrap();
    let mut damaged = whole.clone();
    damaged[4096..].fill(0xff);
    std::fs::write(&copies, damaged).unwrap();
    found(data, "failed", "copies", "is damaged");
    std::fs::write(&copies, whole).unwrap();
    assert!(report(data).0);

    let whole = std::fs::read(&store).unwrap();
    std::fs::write(&store, "no database").unwrap();
    found(data, "failed", "store", "is damaged");
    std::fs::remove_file(&store).unwrap();
    found(data, "failed", "store", "is missing");
    std::fs::write(&store, whole).unwrap();
    found(&data.join("none"), "failed", "folder", "is no folder");
}
