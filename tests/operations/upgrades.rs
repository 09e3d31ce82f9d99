//! Data folders that earlier versions wrote; tests/fixtures/README.md says how the next is made.

use std::path::Path;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::done;
use crate::support::app::{TestApp, command, run};

#[actix_web::test]
async fn a_folder_of_each_earlier_version_is_opened_and_gone_on_with() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = std::fs::read_dir(fixtures).unwrap();
    let archives = entries.map(|entry| entry.unwrap().path());
    let archives: Vec<_> = archives
        .filter(|path| path.extension().is_some_and(|ending| ending == "zst"))
        .collect();
    assert!(!archives.is_empty());
    for archive in archives {
        let root = TempDir::new().unwrap();
        let folder = root.path().join("data");
        done(&run(&folder, &["restore", archive.to_str().unwrap()], ""));
        let said = done(&run(&folder, &["doctor"], ""));
        assert!(said.contains("opens all 1 sealed credentials"), "{said}");
        let data = TempDir::new().unwrap();
        std::fs::remove_dir(data.path()).unwrap();
        std::fs::rename(&folder, data.path()).unwrap();

        let app = TestApp::spawn(command(), data);
        let users = done(&app.run(&["user", "list"], ""));
        let user = users.lines().nth(1).unwrap();
        let mut words = user.split_whitespace();
        let (name, organization) = (words.next().unwrap(), words.next().unwrap());
        let caller = app.caller(name, organization);
        let listed = caller.get("/data/default/list").await.ok();
        assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
        // The copies of before answer, and the shop is copied anew.
        let copies = std::fs::read_dir(app.data_dir().join("workspaces")).unwrap();
        let copies = copies.map(|entry| entry.unwrap().path());
        let copies: Vec<_> = copies
            .filter(|p| p.extension().is_some_and(|e| e == "sqlite"))
            .collect();
        assert_eq!(copies.len(), 1);
        let kept = "SELECT count(*) FROM headwater_copy WHERE rows > 0";
        let kept: i64 = Connection::open(&copies[0])
            .unwrap()
            .query_row(kept, [], |row| row.get(0))
            .unwrap();
        assert!(kept > 1);
        let synced = caller.post("/data/default/sync", json!({})).await;
        let tables = synced.body["data"]["sources"].to_string();
        assert!(tables.contains("\"shop\""), "{}", synced.body);
    }
}
