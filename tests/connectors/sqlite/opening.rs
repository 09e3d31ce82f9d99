//! Files in every state in which a program may have left them.

use std::os::unix::fs::symlink;
use std::time::Instant;

use headwater::connectors::{ErrorKind, Selection};

use super::Folder;

#[tokio::test]
async fn a_file_is_opened_and_says_what_reads_it() {
    let folder = Folder::with("CREATE TABLE t (a)");
    let session = folder.open("a.db").await.unwrap();
    let server = session.server();
    assert_eq!(
        (server.engine, server.product.as_str()),
        ("sqlite", "SQLite")
    );
    assert_eq!(server.version, rusqlite::version());
    assert!(server.tls.is_none() && server.notes.is_empty());
    session.close().await;
}

#[tokio::test]
async fn an_empty_file_is_an_empty_database() {
    let folder = Folder::new();
    std::fs::write(folder.path("a.db"), "").unwrap();
    assert!(folder.schema().await.tables.is_empty());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_by_what_it_looks_like() {
    let noise: Vec<u8> = (0..4096_u32)
        .map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()[2])
        .collect();
    let folder = Folder::new();
    for (content, kind, said) in [
        (
            &b"id,name\n1,a\n"[..],
            ErrorKind::ProtocolMismatch,
            "a text file",
        ),
        (b"PK\x03\x04rest", ErrorKind::ProtocolMismatch, "ZIP"),
        (b"12345678DUCK", ErrorKind::ProtocolMismatch, "DuckDB"),
        (
            b"** This file contains an SQLite 2.1 database **",
            ErrorKind::UnsupportedServer,
            "SQLite 2",
        ),
        (&noise, ErrorKind::UnsupportedServer, "encrypted"),
        (&noise[..700], ErrorKind::ProtocolMismatch, "something else"),
        (
            b"SQLite format 3\0 and no more",
            ErrorKind::ServerError,
            "damaged",
        ),
    ] {
        std::fs::write(folder.path("a.db"), content).unwrap();
        let error = folder.refusal("a.db").await;
        assert_eq!(error.kind, kind, "{said}: {error:?}");
        assert!(error.message.contains(said), "{}", error.message);
        assert_eq!(error.server_code.as_deref(), Some("26"));
    }
}

#[tokio::test]
async fn a_file_damaged_in_its_catalog_is_told_as_damaged() {
    let folder = Folder::with("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    let mut bytes = std::fs::read(folder.path("a.db")).unwrap();
    // The first page's header of its tree stands behind the file's own of 100 bytes.
    bytes[100..140].fill(0xff);
    std::fs::write(folder.path("a.db"), bytes).unwrap();
    let error = folder.refusal("a.db").await;
    assert_eq!(
        (error.kind, error.reason),
        (ErrorKind::ServerError, Some("corrupt"))
    );
    assert!(error.hint.contains("integrity_check"));
}

#[tokio::test]
async fn a_file_locked_by_a_writer_is_unavailable_and_soon_told() {
    let folder = Folder::new();
    let writer = folder.make("a.db", "CREATE TABLE t (a); BEGIN EXCLUSIVE");
    let begun = Instant::now();
    let error = folder.refusal("a.db").await;
    assert_eq!(error.kind, ErrorKind::ServerUnavailable, "{error:?}");
    assert!(error.kind.retryable() && begun.elapsed().as_secs() < 5);
    writer.execute_batch("COMMIT").unwrap();
    assert!(folder.open("a.db").await.is_ok());
}

#[tokio::test]
async fn a_live_writers_log_is_read_and_never_changed() {
    let folder = Folder::new();
    let writer = folder.make(
        "a.db",
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
         CREATE TABLE first (a); INSERT INTO first VALUES (1), (2)",
    );
    let mut session = folder.open("a.db").await.unwrap();
    writer.execute_batch("CREATE TABLE second (a)").unwrap();
    let before = std::fs::read(folder.path("a.db")).unwrap();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let names: Vec<_> = tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    assert!(session.server().notes.is_empty());
    drop(session);
    assert_eq!(std::fs::read(folder.path("a.db")).unwrap(), before);
    writer
        .execute_batch("INSERT INTO first VALUES (3)")
        .unwrap();
}

/// Makes the index of the log impossible to open, as it is in a folder that may not be written to;
/// permissions alone would not stop a test that runs as root.
fn without_index(folder: &Folder, name: &str) {
    symlink("/nowhere/index", folder.path(&format!("{name}-shm"))).unwrap();
}

#[tokio::test]
async fn a_file_in_wal_mode_opens_where_nothing_can_be_written_beside_it() {
    let folder = Folder::new();
    drop(folder.make("a b?#%.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a)"));
    without_index(&folder, "a b?#%.db");
    let mut session = folder.open("a b?#%.db").await.unwrap();
    assert_eq!(session.server().notes.len(), 1);
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    assert_eq!(tables.len(), 1);
}

#[tokio::test]
async fn changes_that_only_a_writer_could_read_are_never_passed_over_in_silence() {
    let folder = Folder::new();
    let writer = folder.make(
        "live.db",
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)",
    );
    std::fs::copy(folder.path("live.db"), folder.path("a.db")).unwrap();
    std::fs::copy(folder.path("live.db-wal"), folder.path("a.db-wal")).unwrap();
    drop(writer);
    without_index(&folder, "a.db");
    let error = folder.refusal("a.db").await;
    assert_eq!(error.kind, ErrorKind::PermissionDenied);
    assert!(error.message.contains("a.db-wal"), "{}", error.message);
}

#[tokio::test]
async fn a_crashed_writers_journal_is_told_and_left_alone() {
    let folder = Folder::new();
    let writer = folder.make(
        "live.db",
        "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000));
         BEGIN; UPDATE t SET a = randomblob(100000)",
    );
    // What it has changed so far reaches the disk, and its journal with it.
    writer.cache_flush().unwrap();
    std::fs::copy(folder.path("live.db"), folder.path("a.db")).unwrap();
    std::fs::copy(folder.path("live.db-journal"), folder.path("a.db-journal")).unwrap();
    drop(writer);
    let journal = std::fs::read(folder.path("a.db-journal")).unwrap();
    let error = folder.refusal("a.db").await;
    assert_eq!(error.kind, ErrorKind::ServerUnavailable, "{error:?}");
    assert_eq!(std::fs::read(folder.path("a.db-journal")).unwrap(), journal);
}

#[tokio::test]
async fn no_answer_tells_where_the_files_folder_is() {
    let folder = Folder::with("CREATE TABLE t (a)");
    std::fs::write(folder.path("text.db"), "some text").unwrap();
    std::fs::create_dir(folder.path("folder")).unwrap();
    let root = folder.0.path().to_str().unwrap().to_owned();
    for path in [
        "none.db",
        "text.db",
        "folder",
        "/etc/passwd",
        "folder/none.db",
    ] {
        let error = folder.refusal(path).await;
        assert!(!format!("{error:?}").contains(&root), "{error:?}");
    }
}
