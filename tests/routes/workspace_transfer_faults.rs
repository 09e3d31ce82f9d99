//! Imports that fail at the last moment.

use rusqlite::Connection;
use serde_json::json;

use super::workspace_archive::{archive, left, send_archive};
use super::workspace_transfer::{app_with_workspace, exported, import};

/// Lets the store fail at the commit of whatever adds a table, which is behind all that an import does.
const TRAP: &str = "
  CREATE TABLE trap (id INTEGER PRIMARY KEY, of REFERENCES trap (id) DEFERRABLE INITIALLY DEFERRED);
  CREATE TRIGGER trap AFTER INSERT ON source_table BEGIN INSERT INTO trap (of) VALUES (-1); END;";

#[actix_web::test]
async fn what_the_store_cannot_commit_leaves_no_rows_and_no_files() {
    let (app, admin) = app_with_workspace().await;
    let path = "/data/files?name=a.csv";
    let upload = admin.request(reqwest::Method::POST, path).body("a");
    crate::support::client::send(upload).await.ok();
    let whole = json!({"include_data": true});
    let document = exported(&admin, "default", whole.clone()).await;
    let archived = archive(&admin, "default", whole).await;
    let bob = app.user("bob", "acme", "viewer");
    // One that is there already, with a file of copies and a folder of files.
    let there = json!({"id": "there", "name": "There"});
    bob.post("/workspaces/save", there).await.ok();
    let upload = bob
        .request(reqwest::Method::POST, "/data/there/files?name=b.csv")
        .body("b");
    crate::support::client::send(upload).await.ok();
    let store = Connection::open(app.data_dir().join("headwater.sqlite")).unwrap();
    let copies: String = store
        .query_row(
            "SELECT copies FROM workspace WHERE id = 'there'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    store.execute_batch(TRAP).unwrap();
    for workspace in ["there", "new"] {
        let query = format!("?workspace_id={workspace}");
        send_archive(&bob, &query, archived.clone())
            .await
            .failed(500, "internal_error");
        let given = json!({"export_data": document, "workspace_id": workspace});
        import(&bob, given).await.failed(500, "internal_error");
    }
    assert_eq!(left(&app), Vec::<String>::new());
    bob.get("/workspaces/new/load")
        .await
        .failed(404, "not_found");
    let files = bob.get("/data/there/files").await.ok();
    assert_eq!(files.as_array().unwrap().len(), 1, "{files}");
    let copies = app.data_dir().join(format!("workspaces/{copies}.sqlite"));
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'copy_[0-9]*'";
    let rows = |sql: &str| -> i64 {
        Connection::open(&copies)
            .unwrap()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    };
    assert!(
        rows("SELECT next FROM headwater_number") > 2,
        "they were there before the commit"
    );
    assert_eq!(
        (rows(tables), rows("SELECT count(*) FROM headwater_copy")),
        (0, 0)
    );

    store.execute_batch("DROP TRIGGER trap").unwrap();
    let imported = send_archive(&bob, "?workspace_id=there", archived)
        .await
        .ok();
    assert_eq!(imported["summary"]["rows_imported"], 6);
    assert_eq!(
        (rows(tables), rows("SELECT count(*) FROM headwater_copy")),
        (2, 2)
    );
}
