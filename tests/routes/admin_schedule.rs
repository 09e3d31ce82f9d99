//! Backups by the clock, and what is told of them.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::admin_backups::{ALL, count, names, until};
use crate::support::app::TestApp;

#[actix_web::test]
async fn the_clock_makes_backups_and_lets_go_of_its_own_oldest_alone() {
    let folder = TempDir::new().unwrap();
    let variables = [
        ("HEADWATER_BACKUP_EVERY", "1s"),
        ("HEADWATER_BACKUP_KEEP", "2"),
    ];
    let app = TestApp::start_with(folder, &variables);
    let admin = app.admin();
    // The clock's own may be under way just then.
    let mine = loop {
        let made = admin.post(ALL, json!({})).await;
        if made.status != 409 {
            break made.ok()["name"].clone();
        }
    };
    let first = until(&admin, ALL, |listed| count(listed) > 1).await;
    let first = names(&first)
        .into_iter()
        .find(|name| name.starts_with("scheduled-"));
    let first = first.unwrap();
    let listed = until(&admin, ALL, |listed| {
        count(listed) == 3 && !names(listed).contains(&first)
    });
    let listed = listed.await;
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == mine)
    );
    for one in listed.as_array().unwrap() {
        assert_eq!(one["scheduled"], one["name"] != mine, "{one}");
        assert_eq!(one["includes_key"], false);
    }
    // The next is due by the newest, also after a restart: none is made at once.
    let folder = app.stop();
    let before = std::fs::read_dir(folder.path().join("backups"))
        .unwrap()
        .count();
    let app = TestApp::start_with(folder, &[("HEADWATER_BACKUP_EVERY", "1h")]);
    let status = app.admin().get("/admin/status").await.ok();
    let newest = status["backups"]["last"]["made_at"].as_str().unwrap();
    let next = status["backups"]["next_at"].as_str().unwrap();
    let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time(next).duration_since(time(newest)).as_secs(), 3600);
    let folder = app.stop();
    let after = std::fs::read_dir(folder.path().join("backups"))
        .unwrap()
        .count();
    assert_eq!(before, after);
}

#[actix_web::test]
async fn a_scheduled_backup_that_fails_is_told_and_lets_go_of_nothing() {
    let folder = TempDir::new().unwrap();
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, "no folder").unwrap();
    let variables = [
        ("HEADWATER_BACKUP_EVERY", "1s"),
        ("HEADWATER_BACKUP_DIR", blocked.to_str().unwrap()),
    ];
    let app = TestApp::start_with(folder, &variables);
    app.printed("no backup was made");
    let admin = app.admin();
    let status = admin.get("/admin/status").await.ok();
    let failure = &status["backups"]["last_failure"];
    assert!(status["backups"]["folder_error"].is_string(), "{status}");
    assert!(
        failure["message"].as_str().unwrap().contains("blocked") && failure["scheduled"] == true,
        "{status}"
    );
    admin
        .post(ALL, json!({}))
        .await
        .failed(503, "store_unavailable");
    // Once the folder can be made, so is the backup.
    std::fs::remove_file(&blocked).unwrap();
    let status = until(&admin, "/admin/status", |status| {
        let backups = &status["backups"];
        backups["last"] != Value::Null && backups["last_failure"] == Value::Null
    });
    assert_eq!(status.await["backups"]["last"]["scheduled"], true);
}
