//! From a script to the schema document.

use headwater::connectors::Selection;
use headwater::schema::{DataType, TableKind};
use serde_json::json;

use super::{Folder, column, settings, table};

#[tokio::test]
async fn tables_views_and_virtual_tables_are_listed_and_their_insides_are_not() {
    let folder = Folder::with(
        "CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, x); CREATE INDEX i ON b (x);
         INSERT INTO b (x) VALUES (1), (2), (3);
         CREATE VIEW a AS SELECT x FROM b;
         CREATE VIRTUAL TABLE notes USING fts5(title, body);
         CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
         CREATE TABLE fresh (x); ANALYZE b",
    );
    let mut session = folder.open("a.db").await.unwrap();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let told: Vec<_> = tables
        .iter()
        .map(|t| (t.name.as_str(), t.kind, t.row_count_estimate, t.readable))
        .collect();
    assert_eq!(
        told,
        [
            ("a", TableKind::View, None, Some(true)),
            ("b", TableKind::Table, Some(3), Some(true)),
            ("boxes", TableKind::VirtualTable, None, Some(true)),
            ("fresh", TableKind::Table, None, Some(true)),
            ("notes", TableKind::VirtualTable, None, Some(true)),
        ]
    );
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let names: Vec<_> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "boxes", "fresh", "notes"]);
    assert_eq!(schema.database.as_deref(), Some("a.db"));
    assert!(schema.unreadable.is_empty());
    let notes: Vec<_> = table(&schema, "notes")
        .columns
        .iter()
        .map(|c| &c.name)
        .collect();
    assert_eq!(notes, ["title", "body"]);
    assert_eq!(table(&schema, "b").row_count_estimate, Some(3));
}

#[tokio::test]
async fn columns_say_their_type_default_key_and_whether_they_may_be_null() {
    let folder = Folder::with(
        r#"CREATE TABLE t (
             id INTEGER PRIMARY KEY,
             "when" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
             price DECIMAL(10,2) DEFAULT (1 + 2),
             label VARCHAR(20) DEFAULT 'a''b',
             whatever,
             twice INT GENERATED ALWAYS AS (price * 2) VIRTUAL,
             kept INT AS (price * 3) STORED
           );"#,
    );
    let schema = folder.schema().await;
    let told: Vec<_> = table(&schema, "t")
        .columns
        .iter()
        .map(|c| {
            (
                c.position,
                c.name.as_str(),
                c.native_type.as_str(),
                c.logical_type.to_string(),
                c.nullable,
                c.default.as_deref(),
            )
        })
        .collect();
    let text = |t: &str| t.to_owned();
    assert_eq!(
        told,
        [
            (1, "id", "INTEGER", text("int64"), false, None),
            (
                2,
                "when",
                "DATETIME",
                text("timestamp"),
                false,
                Some("CURRENT_TIMESTAMP")
            ),
            (
                3,
                "price",
                "DECIMAL(10,2)",
                text("decimal(10,2)"),
                true,
                Some("1 + 2")
            ),
            (
                4,
                "label",
                "VARCHAR(20)",
                text("string"),
                true,
                Some("'a''b'")
            ),
            (5, "whatever", "", text("mixed"), true, None),
            (6, "twice", "INT", text("int64"), true, None),
            (7, "kept", "INT", text("int64"), true, None),
        ]
    );
    assert_eq!(table(&schema, "t").primary_key, ["id"]);
}

#[tokio::test]
async fn a_primary_key_may_be_null_only_where_sqlite_lets_it() {
    let folder = Folder::with(
        "CREATE TABLE alias (a INTEGER PRIMARY KEY);
         CREATE TABLE quirk (a INTEGER PRIMARY KEY DESC);
         CREATE TABLE word (a INT PRIMARY KEY);
         CREATE TABLE text_key (a TEXT PRIMARY KEY);
         CREATE TABLE pair (a INTEGER, b INTEGER, c, PRIMARY KEY (b, a));
         CREATE TABLE bare (a TEXT PRIMARY KEY) WITHOUT ROWID;
         CREATE TABLE exact (a TEXT PRIMARY KEY, b ANY) STRICT",
    );
    let schema = folder.schema().await;
    for (name, nullable) in [
        ("alias", false),
        ("quirk", true),
        ("word", true),
        ("text_key", true),
        ("pair", true),
        ("bare", false),
        ("exact", false),
    ] {
        let a = column(table(&schema, name), "a");
        assert_eq!((a.nullable, a.primary_key), (nullable, true), "{name}");
    }
    assert_eq!(table(&schema, "pair").primary_key, ["b", "a"]);
    let any = column(table(&schema, "exact"), "b");
    assert_eq!(any.logical_type, DataType::Mixed);
}

#[tokio::test]
async fn a_views_columns_have_the_types_that_sqlite_tells() {
    let folder = Folder::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(10,2), name TEXT);
         CREATE VIEW v AS SELECT id, price, name, count(*) AS n FROM t",
    );
    let schema = folder.schema().await;
    let told: Vec<_> = table(&schema, "v")
        .columns
        .iter()
        .map(|c| {
            (
                c.name.as_str(),
                c.native_type.as_str(),
                c.logical_type.to_string(),
            )
        })
        .collect();
    let text = |t: &str| t.to_owned();
    assert_eq!(
        told,
        [
            ("id", "INTEGER", text("int64")),
            ("price", "DECIMAL(10,2)", text("decimal(10,2)")),
            ("name", "TEXT", text("string")),
            ("n", "", text("unknown")),
        ]
    );
}

#[tokio::test]
async fn a_broken_view_is_named_with_the_reason_and_the_rest_is_read() {
    let folder = Folder::with(
        "CREATE TABLE base (a); CREATE TABLE kept (a);
         CREATE VIEW broken AS SELECT a FROM base; CREATE VIEW above AS SELECT a FROM broken;
         CREATE VIEW whole AS SELECT a FROM kept;
         PRAGMA legacy_alter_table = ON; DROP TABLE base",
    );
    let schema = folder.schema().await;
    let names: Vec<_> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["kept", "whole"]);
    assert_eq!(table(&schema, "whole").columns.len(), 1);
    let unreadable: Vec<_> = schema.unreadable.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(unreadable, ["above", "broken"]);
    assert_eq!(
        schema.unreadable[1].why,
        "SQLite cannot tell its columns: no such table: main.base."
    );
    let mut session = folder.open("a.db").await.unwrap();
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let told: Vec<_> = tables
        .iter()
        .map(|t| (t.name.as_str(), t.readable))
        .collect();
    assert!(told.contains(&("broken", Some(true))) && told.contains(&("kept", Some(true))));
}

#[tokio::test]
async fn a_virtual_table_of_an_unknown_module_is_named_and_the_rest_is_read() {
    let folder = Folder::with(
        "CREATE TABLE t (a); CREATE TABLE v (a); PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE v USING nowhere(a)', rootpage = 0 WHERE name = 'v'",
    );
    let schema = folder.schema().await;
    assert_eq!(schema.tables.len(), 1);
    assert_eq!(schema.unreadable[0].name, "v");
    assert!(schema.unreadable[0].why.contains("nowhere"), "{schema:?}");
}

#[tokio::test]
async fn only_what_is_selected_is_answered() {
    let folder = Folder::with(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x, y); CREATE TABLE b (id, x); CREATE TABLE c (id)",
    );
    let input = json!({
        "database": "a.db", "tables": ["a", "b"], "ignoreTables": ["c"],
        "selectedColumns": ["a.y", "a.x"], "ignoreColumns": ["b.x"],
    });
    let selection = settings(input).selection;
    let mut session = folder.open("a.db").await.unwrap();
    let schema = session.introspect(&selection).await.unwrap();
    let told: Vec<(_, Vec<_>)> = schema
        .tables
        .iter()
        .map(|t| {
            (
                t.name.as_str(),
                t.columns
                    .iter()
                    .map(|c| (c.position, c.name.as_str()))
                    .collect(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("a", vec![(1, "x"), (2, "y")]), ("b", vec![(1, "id")])]
    );
    assert_eq!(schema.tables[0].primary_key, ["id"]);
    let listed = session.list_tables(&selection).await.unwrap();
    assert_eq!(listed.len(), 2);
}

#[tokio::test]
async fn five_thousand_tables_are_read_in_seconds() {
    use std::fmt::Write;
    let mut script = String::from("BEGIN;");
    for table in 0..5_000 {
        write!(script, "CREATE TABLE t{table} (id INTEGER PRIMARY KEY").unwrap();
        for column in 0..9 {
            write!(script, ", c{column} VARCHAR(20) NOT NULL DEFAULT ''").unwrap();
        }
        script.push_str(");");
    }
    // One broken view must not make it slow either.
    script.push_str("CREATE VIEW v AS SELECT * FROM gone; COMMIT;");
    let folder = Folder::with(&script);
    let begun = std::time::Instant::now();
    let schema = folder.schema().await;
    let took = begun.elapsed();
    println!("5,000 tables, 50,000 columns: {took:?}");
    let columns: usize = schema.tables.iter().map(|t| t.columns.len()).sum();
    assert_eq!(
        (schema.tables.len(), columns, schema.unreadable.len()),
        (5_000, 50_000, 1)
    );
    assert!(took.as_secs() < 10, "{took:?}");
}
