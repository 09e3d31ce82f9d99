//! Which files a path means.

use std::os::unix::fs::symlink;

use headwater::connectors::{ErrorKind, Selection};
use serde_json::json;

use super::{Folder, Read, read, rows, text, types};

#[tokio::test]
async fn a_pattern_is_one_table_of_all_its_files() {
    let folder = Folder::new();
    folder.write("sales/2024-01.csv", "id,a\n1,x\n");
    folder.write("sales/2024-02.csv", "b,id\n0.5,2\n");
    folder.write("sales/other.tsv", "no\n");
    let mut session = folder.open("sales/2024-*.csv", json!({})).await.unwrap();
    let listed = session.list_tables(&Selection::default()).await.unwrap();
    assert_eq!(listed[0].name, "2024");
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let expected = [("id", "int64"), ("a", "string"), ("b", "decimal")];
    let expected = expected.map(|(name, told)| (name.to_owned(), told.to_owned()));
    assert_eq!(types(&schema, 0), expected);
    assert_eq!(schema.tables[0].options["files"], 2);
    assert_eq!(
        schema.tables[0].options["such_as"],
        json!(["sales/2024-02.csv"])
    );
    let read = rows(session.as_mut(), &read(&schema, 0)).await.unwrap();
    assert_eq!(read[0], [Read::Integer(1), text("x"), Read::Null]);
    assert_eq!(read[1], [Read::Integer(2), Read::Null, text("0.5")]);
}

#[tokio::test]
async fn a_folder_is_a_table_for_each_of_its_files() {
    let folder = Folder::new();
    folder.write("in/orders.csv", "id\n1\n");
    folder.write("in/orders.json", "[{\"id\":1}]");
    folder.write("in/people.jsonl", "{\"id\":1}");
    folder.write("in/.hidden.csv", "id\n");
    folder.write("in/notes.docx", "x");
    let mut session = folder.open("in", json!({})).await.unwrap();
    let notes = session.server().notes.join(" ");
    assert!(notes.contains("1 files"), "{notes}");
    let listed = session.list_tables(&Selection::default()).await.unwrap();
    let names: Vec<_> = listed.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["orders.csv", "orders.json", "people"]);
}

#[tokio::test]
async fn nothing_outside_the_files_folder_is_read() {
    let outside = Folder::new();
    outside.write("secret.csv", "a\n1\n");
    let folder = Folder::new();
    folder.write("in/a.csv", "a\n1\n");
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink(
        outside.path().join("secret.csv"),
        folder.path().join("in/link.csv"),
    )
    .unwrap();
    let absolute = outside.path().join("secret.csv");
    for path in ["out/secret.csv", "in/link.csv", absolute.to_str().unwrap()] {
        let error = folder.open(path, json!({})).await.err().unwrap();
        assert_eq!(
            error.reason,
            Some("outside_files_folder"),
            "{path}: {error:?}"
        );
    }
    for path in ["out/*.csv", "*/secret.csv", "in/l*.csv"] {
        let error = folder.open(path, json!({})).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::DatabaseNotFound, "{path}: {error:?}");
    }
    let mut session = folder.open("in", json!({})).await.unwrap();
    let listed = session.list_tables(&Selection::default()).await.unwrap();
    assert_eq!(listed.len(), 1);
}

#[tokio::test]
async fn uploads_are_their_own_workspaces_alone() {
    let folder = Folder::new();
    folder.write("uploads/ws_mine/a.csv", "a\n1\n");
    folder.write("uploads/ws_yours/b.csv", "a\n2\n");
    symlink("uploads/ws_yours/b.csv", folder.path().join("b.csv")).unwrap();
    let mine = Some("ws_mine");
    assert!(
        folder
            .open_as("uploads/a.csv", json!({}), mine)
            .await
            .is_ok()
    );
    assert!(
        folder
            .open_as("uploads/*.csv", json!({}), mine)
            .await
            .is_ok()
    );
    for path in [
        "uploads/ws_yours/b.csv",
        "uploads/ws_mine/a.csv",
        "./uploads/ws_yours/b.csv",
        "b.csv",
        "*/ws_yours/*.csv",
        "*/*/*.csv",
        "uploads/*/b.csv",
    ] {
        for own in [mine, None] {
            let opened = folder.open_as(path, json!({}), own).await;
            assert!(opened.is_err(), "{path} as {own:?}");
        }
    }
    assert!(
        folder
            .open_as("uploads/a.csv", json!({}), None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_told() {
    let folder = Folder::new();
    folder.write("a.csv", "a\n1\n");
    let mut session = folder.open("a.csv", json!({})).await.unwrap();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    session.begin_snapshot(None).await.unwrap();
    folder.write("a.csv", "a\n1\n2\n");
    let error = rows(session.as_mut(), &read(&schema, 0)).await.unwrap_err();
    assert_eq!(error.reason, Some("file_changed"));
}
