//! Names and files that were made to do harm, or look like it.

use std::time::{Duration, Instant};

use headwater::connectors::{ErrorKind, Selection};
use proptest::prelude::*;
use rusqlite::Connection;

use super::{Folder, column, table};

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn round_trip(name: &str) {
    let folder = Folder::new();
    let q = quoted(name);
    // Longer than any name that is tried, so that it is none of them.
    let other = "b".repeat(41);
    let script = format!(
        "CREATE TABLE {q} ({q} INTEGER PRIMARY KEY, {other}); INSERT INTO {q} VALUES (1, 2)"
    );
    let made = folder.make("a.db", &script);
    let schema = folder.schema().await;
    let found = table(&schema, name);
    assert_eq!(column(found, name).position, 1);
    assert_eq!(found.primary_key, [name]);
    let mut session = folder.open("a.db").await.unwrap();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let counts = session
        .count_rows(&tables, Instant::now() + Duration::from_mins(1))
        .await;
    assert_eq!(counts, [Some(1)], "{name:?}");
    let objects: i64 = made
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(objects, 1);
}

#[tokio::test]
async fn names_are_opaque() {
    for name in [
        "with space",
        "quo\"te",
        "it's",
        "[brackets]",
        "back`tick",
        "a.b.c",
        "Ünïcode",
        "🦀",
        "new\nline",
        "select",
        "TABLE",
        "main",
        "1st",
        "-- comment",
        "x; DROP TABLE y",
        "%s",
        "\\",
        "\u{202e}right",
        " ",
    ] {
        round_trip(name).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_table_of_any_name_is_listed_read_and_counted(name in "[^\\x00]{1,40}") {
        prop_assume!(!name.to_ascii_lowercase().starts_with("sqlite_"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(round_trip(&name));
    }

    #[test]
    fn a_file_of_any_bytes_is_refused_or_read_and_nothing_breaks(
        at in 0_usize..8_192, bytes in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let folder = Folder::with("CREATE TABLE t (a PRIMARY KEY, b); CREATE VIEW v AS SELECT a FROM t; ANALYZE");
        let mut content = std::fs::read(folder.path("a.db")).unwrap();
        let at = at.min(content.len() - bytes.len());
        content[at..at + bytes.len()].copy_from_slice(&bytes);
        std::fs::write(folder.path("a.db"), content).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Ok(mut session) = folder.open("a.db").await {
                let _ = session.introspect(&Selection::default()).await;
                if let Ok(tables) = session.list_tables(&Selection::default()).await {
                    session.count_rows(&tables, Instant::now() + Duration::from_secs(5)).await;
                }
            }
        });
    }
}

#[tokio::test]
async fn names_that_differ_in_nothing_but_case_of_other_alphabets_stay_apart() {
    let folder = Folder::with("CREATE TABLE Ä (a); CREATE TABLE ä (b)");
    let schema = folder.schema().await;
    assert_eq!(table(&schema, "Ä").columns[0].name, "a");
    assert_eq!(table(&schema, "ä").columns[0].name, "b");
}

#[tokio::test]
async fn a_huge_declared_type_is_kept_as_it_is() {
    let huge = "x".repeat(200_000);
    let folder = Folder::with(&format!(
        "CREATE TABLE t (a \"{huge}\", b VARCHAR({}))",
        "9".repeat(300)
    ));
    let schema = folder.schema().await;
    let t = table(&schema, "t");
    assert_eq!(column(t, "a").native_type.len(), huge.len());
    assert_eq!(column(t, "b").logical_type.to_string(), "string");
}

#[tokio::test]
async fn a_name_that_is_no_utf8_is_named_as_unreadable() {
    let folder = Folder::with("CREATE TABLE bad_ (a); CREATE TABLE good (a)");
    let mut content = std::fs::read(folder.path("a.db")).unwrap();
    let mut at = 0;
    while let Some(found) = content[at..].windows(4).position(|w| w == b"bad_") {
        at += found + 4;
        content[at - 1] = 0xff;
    }
    std::fs::write(folder.path("a.db"), content).unwrap();
    let schema = folder.schema().await;
    let names: Vec<_> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["good"]);
    assert_eq!(schema.unreadable[0].name, "bad\u{fffd}");
    let mut session = folder.open("a.db").await.unwrap();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    assert_eq!(tables[0].readable, Some(false));
}

#[tokio::test]
async fn statistics_that_are_none_count_as_none() {
    for fake in [
        "CREATE TABLE x (a, b)",
        "CREATE TABLE x (tbl, idx, stat); INSERT INTO x VALUES ('t', NULL, 'many'), (NULL, 1, x'ff'), ('t', 1, -5)",
        "CREATE VIEW x AS SELECT * FROM nowhere",
    ] {
        let folder = Folder::new();
        let made = folder.make("a.db", &format!("CREATE TABLE t (a); {fake}"));
        made.execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET name = 'sqlite_stat1', tbl_name = 'sqlite_stat1',
               sql = replace(sql, ' x ', ' sqlite_stat1 ') WHERE name = 'x'",
        )
        .unwrap();
        let mut session = folder.open("a.db").await.unwrap();
        let tables = session.list_tables(&Selection::default()).await.unwrap();
        assert_eq!(tables.len(), 1, "{fake}");
        assert!(matches!(tables[0].row_count_estimate, None | Some(0)));
    }
}

#[tokio::test]
async fn views_that_double_at_every_level_do_not_hold_a_thread() {
    use std::fmt::Write;
    let mut script = String::from("BEGIN; CREATE TABLE v0 (a);");
    for level in 1..400 {
        // From the 13th on each costs some thousands of expansions.
        let below = (level - 1).min(13);
        write!(
            script,
            "CREATE VIEW v{level} AS SELECT 1 AS a FROM v{below} x, v{below} y;"
        )
        .unwrap();
    }
    let folder = Folder::with(&(script + "COMMIT"));
    let mut session = folder.open("a.db").await.unwrap();
    let begun = Instant::now();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    assert_eq!(tables.len(), 400);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    let all = Selection::default();
    let reading = session.introspect(&all);
    tokio::time::timeout(Duration::from_millis(50), reading)
        .await
        .unwrap_err();
    let begun = Instant::now();
    session.list_tables(&Selection::default()).await.unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn functions_with_effects_do_not_run_from_a_files_own_views() {
    let folder =
        Folder::with("CREATE VIEW v AS SELECT load_extension('x') AS a; CREATE TABLE t (a)");
    let schema = folder.schema().await;
    assert_eq!(schema.unreadable.len(), 1, "{schema:?}");
    assert_eq!(schema.tables.len(), 1);
}

#[tokio::test]
async fn reading_leaves_the_file_and_its_folder_as_they_were() {
    let folder = Folder::new();
    drop(folder.make("a.db", "CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
    let before = std::fs::read(folder.path("a.db")).unwrap();
    let mut session = folder.open("a.db").await.unwrap();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    session
        .count_rows(&tables, Instant::now() + Duration::from_secs(9))
        .await;
    session.close().await;
    assert_eq!(std::fs::read(folder.path("a.db")).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_file_with_more_columns_than_sqlite_allows_is_an_error_and_no_panic() {
    let folder = Folder::with("CREATE TABLE t (a)");
    let columns: Vec<_> = (0..3_000).map(|i| format!("c{i}")).collect();
    let made = Connection::open(folder.path("a.db")).unwrap();
    made.execute_batch("PRAGMA writable_schema = ON").unwrap();
    let sql = format!("CREATE TABLE t ({})", columns.join(","));
    made.execute("UPDATE sqlite_schema SET sql = ?1", [sql])
        .unwrap();
    assert_eq!(folder.refusal("a.db").await.kind, ErrorKind::ServerError);
}
