//! Which file is meant, and that nothing outside the files folder is reached.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use headwater::connectors::{ErrorKind, Selection, Stage, Trace};
use serde_json::json;

use super::{Folder, settings, target};

#[test]
fn a_url_names_the_file_by_authority_and_path() {
    for (url, path) in [
        ("sqlite:shop.db", "shop.db"),
        ("sqlite://demo/shop.db", "demo/shop.db"),
        ("sqlite:///demo/shop.db", "demo/shop.db"),
        ("sqlite3://my%20shop.db?mode=ro", "my shop.db"),
    ] {
        let settings = settings(json!({ "url": url }));
        assert_eq!(settings.database.as_deref(), Some(path), "{url}");
        assert!(settings.hosts.is_empty() && settings.options.is_empty());
    }
    let both = settings(json!({ "url": "sqlite://demo/shop.db", "database": "b.db" }));
    assert_eq!(both.database.as_deref(), Some("b.db"));
}

#[test]
fn what_is_no_path_of_a_file_below_the_folder_is_refused_at_once() {
    for input in [
        json!({}),
        json!({ "database": ":memory:" }),
        json!({ "database": "file:a.db?mode=memory" }),
        json!({ "database": "FILE:///etc/passwd" }),
        json!({ "database": "../a.db" }),
        json!({ "database": "a/../../b.db" }),
        json!({ "database": "a\u{0}.db" }),
        json!({ "url": "sqlite://a.db?mode=memory" }),
        json!({ "url": "sqlite:a%00.db" }),
        json!({ "url": "sqlite://x/%2e%2e/%2e%2e/b.db" }),
    ] {
        assert!(target(input.clone()).is_err(), "{input}");
    }
}

#[test]
fn a_login_and_a_host_are_dropped_with_a_warning() {
    let input = json!({ "database": "a.db", "host": "h", "username": "u", "password": "p" });
    let input: headwater::connectors::input::ConnectionInput =
        serde_json::from_value(input).unwrap();
    let draft = input
        .draft(headwater::connectors::driver("sqlite3").unwrap())
        .unwrap();
    assert_eq!(draft.warnings.len(), 3, "{:?}", draft.warnings);
    assert_eq!(draft.credentials.fields().count(), 0);
}

#[tokio::test]
async fn a_missing_file_is_told_with_its_nearest_neighbours() {
    let folder = Folder::new();
    for name in [
        "shop.sqlite",
        "shipping.db",
        "other.db",
        "more.db",
        "notes.txt",
    ] {
        folder.make(name, "");
    }
    let trace = Trace::default();
    let target = target(json!({ "database": "shop.db" })).unwrap();
    let error = folder.open_target(&target, &trace).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::DatabaseNotFound);
    assert_eq!(error.stage, Some(Stage::OpenDatabase));
    assert!(error.message.contains("'shop.db'"), "{error:?}");
    assert!(
        error
            .hint
            .ends_with("Nearest in that folder: shop.sqlite, shipping.db, more.db.")
    );
    let stages: Vec<_> = trace.stages().iter().map(|s| (s.stage, s.ok)).collect();
    assert_eq!(stages, [(Stage::OpenDatabase, false)]);
}

#[tokio::test]
async fn a_missing_folder_on_the_way_is_told_as_a_missing_file() {
    let folder = Folder::with("");
    for path in ["nowhere/a.db", "a.db/b.db"] {
        assert_eq!(folder.refusal(path).await.kind, ErrorKind::DatabaseNotFound);
    }
}

#[tokio::test]
async fn an_absolute_path_is_taken_only_below_the_folder() {
    let folder = Folder::with("CREATE TABLE t (a)");
    let inside = folder.path("a.db");
    assert!(folder.open(inside.to_str().unwrap()).await.is_ok());
    let outside = Folder::with("");
    let outside = outside.path("a.db");
    for path in [outside.to_str().unwrap(), "/etc/passwd", "/no/such/file"] {
        let error = folder.refusal(path).await;
        assert_eq!(
            (error.kind, error.reason),
            (ErrorKind::PermissionDenied, Some("outside_files_folder"))
        );
    }
}

#[tokio::test]
async fn a_link_is_followed_within_the_folder_and_never_out_of_it() {
    let outside = Folder::with("CREATE TABLE secret (a)");
    let folder = Folder::with("CREATE TABLE t (a)");
    symlink(folder.path("a.db"), folder.path("inside.db")).unwrap();
    symlink(outside.path("a.db"), folder.path("file.db")).unwrap();
    symlink(outside.0.path(), folder.path("folder")).unwrap();
    assert!(folder.open("inside.db").await.is_ok());
    // What stands behind a link that leads out is not told, whether it is there or not.
    for path in ["file.db", "folder", "folder/a.db", "folder/none.db"] {
        let error = folder.refusal(path).await;
        assert_eq!(
            error.reason,
            Some("outside_files_folder"),
            "{path}: {error:?}"
        );
    }
    symlink("loop.db", folder.path("loop.db")).unwrap();
    assert_eq!(
        folder.refusal("loop.db").await.kind,
        ErrorKind::DatabaseNotFound
    );
}

#[tokio::test]
async fn only_regular_files_are_opened() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("folder.db")).unwrap();
    let pipe = folder.path("pipe.db");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let _socket = UnixListener::bind(folder.path("socket.db")).unwrap();
    for path in ["folder.db", "pipe.db", "socket.db", "."] {
        let error = folder.refusal(path).await;
        assert_eq!(error.kind, ErrorKind::DatabaseNotFound, "{path}");
        assert!(error.message.ends_with("not a file."), "{}", error.message);
    }
}

#[tokio::test]
async fn a_missing_files_folder_is_the_operators_to_make() {
    let folder = Folder::new();
    std::fs::remove_dir(folder.0.path()).unwrap();
    let error = folder.refusal("a.db").await;
    assert_eq!(error.kind, ErrorKind::DatabaseNotFound);
    assert!(error.hint.contains("operator"));
}

#[tokio::test]
async fn a_name_that_looks_like_a_uri_or_an_option_is_only_a_name() {
    let folder = Folder::new();
    for name in [
        "a?mode=memory",
        "a#b%20c.db",
        "-a.db",
        "ü 🦀'\".db",
        ":memory:x",
    ] {
        folder.make("plain.db", "DROP TABLE IF EXISTS t; CREATE TABLE t (a)");
        std::fs::rename(folder.path("plain.db"), folder.path(name)).unwrap();
        let mut session = folder.open(name).await.unwrap();
        let tables = session.list_tables(&Selection::default()).await.unwrap();
        assert_eq!(tables.len(), 1, "{name}");
    }
}
