//! What stands around the columns, some of which is kept as the text of a statement alone.

use headwater::connectors::Selection;
use headwater::services::demo::write_sample;

use super::{Folder, column, table};

/// One of everything that a file can hold.
const RICH: &str = r#"
CREATE TABLE parent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- numbers, that are never used again
  code TEXT COLLATE NOCASE CONSTRAINT one_code UNIQUE ON CONFLICT IGNORE,
  kind CHAR(1) NOT NULL DEFAULT 'a' CHECK (kind IN ('a', 'b', ')')),
  CONSTRAINT "a pair" UNIQUE (kind, code), UNIQUE (kind DESC)
  CONSTRAINT code_or_kind CHECK (code IS NOT NULL /* ( */ OR kind = 'b')
);
CREATE TABLE keyed (a INT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID, STRICT;
CREATE TABLE child (
  id INTEGER CONSTRAINT child_key PRIMARY KEY,
  parent_id REFERENCES PARENT ON DELETE CASCADE,
  code TEXT CONSTRAINT of_code REFERENCES parent (code) ON UPDATE SET NULL NOT DEFERRABLE,
  a INT, b TEXT,
  twice INT GENERATED ALWAYS AS (a * 2) VIRTUAL,
  label VARCHAR(10) AS (b || ', ' || a) STORED NOT NULL,
  lost REFERENCES nowhere,
  CONSTRAINT of_keyed FOREIGN KEY (b, a) REFERENCES keyed
    ON DELETE RESTRICT ON UPDATE SET DEFAULT MATCH FULL DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX child_by_label ON child (lower(label) DESC, code COLLATE NOCASE, a)
  WHERE b IS NOT NULL AND a > 0;
CREATE INDEX child_by_code ON child (code, twice DESC);
CREATE VIEW both (p, c) AS SELECT parent.id, child.id FROM parent JOIN child ON parent_id = parent.id;
CREATE VIRTUAL TABLE notes USING fts5(title, body, tokenize = 'trigram');
CREATE TRIGGER stamp AFTER UPDATE OF code ON parent FOR EACH ROW WHEN new.code <> old.code
  BEGIN UPDATE child SET code = new.code WHERE parent_id = new.id; END;
CREATE TRIGGER keep DELETE ON parent BEGIN SELECT raise(ABORT, 'no'); END;
CREATE TRIGGER through INSTEAD OF INSERT ON both BEGIN SELECT 1; END;
INSERT INTO parent (code, kind) VALUES ('x', 'a'), ('y', 'b');
ANALYZE
"#;

#[tokio::test]
async fn everything_that_a_file_tells_is_read_in_the_fields_own_words() {
    insta::assert_json_snapshot!(Folder::with(RICH).schema().await);
}

#[tokio::test]
async fn the_sample_shop_is_read_as_a_whole() {
    let folder = Folder::new();
    let path = write_sample(folder.0.path()).unwrap();
    let mut session = folder.open(path).await.unwrap();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    insta::assert_json_snapshot!(schema);
}

#[tokio::test]
async fn a_reference_without_columns_means_the_primary_key_even_of_a_table_that_is_not_selected() {
    let folder = Folder::with(RICH);
    let mut session = folder.open("a.db").await.unwrap();
    let selection = super::settings(serde_json::json!({"database": "a.db", "tables": ["child"]}));
    let schema = session.introspect(&selection.selection).await.unwrap();
    let told: Vec<_> = table(&schema, "child")
        .foreign_keys
        .iter()
        .map(|key| {
            (
                key.referenced_table.as_str(),
                key.referenced_columns.join(","),
            )
        })
        .collect();
    let text = |t: &str| t.to_owned();
    assert_eq!(
        told,
        [
            ("PARENT", text("id")),
            ("parent", text("code")),
            ("nowhere", text("")),
            ("keyed", text("b,a")),
        ]
    );
}

#[tokio::test]
async fn columns_that_a_reference_writes_in_other_letters_are_told_as_their_table_has_them() {
    let folder = Folder::with(
        "CREATE TABLE Parent (Id INTEGER PRIMARY KEY, code TEXT UNIQUE, \"ünit\" INT UNIQUE);
         CREATE TABLE child (a REFERENCES parent (ID), b REFERENCES PARENT (CODE),
             c REFERENCES parent (\"ÜNIT\"), d REFERENCES nowhere (Id))",
    );
    let mut session = folder.open("a.db").await.unwrap();
    for tables in [serde_json::json!([]), serde_json::json!(["child"])] {
        let selection = super::settings(serde_json::json!({"database": "a.db", "tables": tables}));
        let schema = session.introspect(&selection.selection).await.unwrap();
        let keys = table(&schema, "child").foreign_keys.iter();
        let told: Vec<_> = keys.map(|key| key.referenced_columns.join(",")).collect();
        // Letters beyond ASCII tell names apart, and what is not there has no other name.
        assert_eq!(told, ["Id", "code", "ÜNIT", "Id"]);
    }
}

#[tokio::test]
async fn what_a_later_statement_added_is_told_too() {
    let folder = Folder::with(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0));
         ALTER TABLE t ADD COLUMN b INT CONSTRAINT d CHECK (b < 9) REFERENCES p;
         ALTER TABLE t ADD COLUMN g INT AS (a + b);
         ALTER TABLE t RENAME COLUMN a TO \"new name\"; ALTER TABLE t RENAME TO u;
         ALTER TABLE p RENAME TO q; CREATE INDEX i ON u (\"new name\" + 1);
         ALTER TABLE u RENAME COLUMN \"new name\" TO z",
    );
    let schema = folder.schema().await;
    let u = table(&schema, "u");
    let checks: Vec<_> = u
        .checks
        .iter()
        .map(|check| (check.name.as_deref(), check.expression.as_str()))
        .collect();
    assert_eq!(checks, [(Some("d"), "b < 9"), (Some("c"), "\"z\" > 0")]);
    assert_eq!(u.foreign_keys[0].referenced_table, "q");
    assert_eq!(
        column(u, "g").generated.as_ref().unwrap().expression,
        "\"z\" + b"
    );
    assert_eq!(
        u.indexes[0].columns[0].expression.as_deref(),
        Some("\"z\" + 1")
    );
}

#[tokio::test]
async fn unique_constraints_that_differ_in_nothing_but_collation_keep_their_names_apart() {
    let folder = Folder::with(
        "CREATE TABLE t (a CONSTRAINT x UNIQUE, CONSTRAINT y UNIQUE (a COLLATE nocase), CONSTRAINT z UNIQUE (A));
         CREATE TABLE u (a CONSTRAINT p PRIMARY KEY CONSTRAINT q UNIQUE, b CONSTRAINT r UNIQUE CONSTRAINT s UNIQUE)",
    );
    let schema = folder.schema().await;
    let names = |of: &str| -> Vec<_> {
        let keys = table(&schema, of).keys.iter();
        keys.map(|key| key.name.clone().unwrap_or_default())
            .collect()
    };
    // What SQLite makes no index for is told as if it were not written.
    let served = |of: &str| -> Vec<_> {
        let indexes = table(&schema, of).indexes.iter();
        indexes
            .map(|index| index.constraint.clone().unwrap_or_default())
            .collect()
    };
    assert_eq!(
        (names("u"), served("u")),
        (
            vec!["p".to_owned(), "r".to_owned()],
            vec!["p".to_owned(), "r".to_owned()]
        )
    );
    let collations: Vec<_> = table(&schema, "t")
        .indexes
        .iter()
        .map(|index| {
            (
                index.constraint.as_deref(),
                index.columns[0].collation.as_deref(),
            )
        })
        .collect();
    assert!(
        !collations.contains(&(Some("x"), Some("nocase"))),
        "{collations:?}"
    );
    assert!(!collations.contains(&(Some("y"), None)), "{collations:?}");
}

#[tokio::test]
async fn a_statement_that_does_not_fit_the_catalog_tells_nothing() {
    let folder = Folder::new();
    let made = folder.make(
        "a.db",
        "CREATE TABLE t (a INT, b INT AS (a), CHECK (a > 1)); CREATE TABLE u (a CHECK (a), UNIQUE ((a)))",
    );
    drop(made);
    let schema = folder.schema().await;
    // SQLite takes the parentheses; what they hold may be more than a name.
    let u = table(&schema, "u");
    assert_eq!(
        (u.checks.len(), u.keys.len(), &u.keys[0].name),
        (0, 1, &None)
    );
    assert_eq!(table(&schema, "t").checks.len(), 1);
}

#[tokio::test]
async fn sizes_are_told_of_small_files() {
    let folder = Folder::with(
        "CREATE TABLE t (a TEXT, b UNIQUE); CREATE TABLE bare (a PRIMARY KEY) WITHOUT ROWID;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO t SELECT printf('%500d', i), i FROM n;",
    );
    let schema = folder.schema().await;
    let t = table(&schema, "t");
    assert!(t.size_bytes.unwrap() > 100_000, "{t:?}");
    assert!(t.index_size_bytes.unwrap() >= 4_096, "{t:?}");
    let bare = table(&schema, "bare");
    assert_eq!(
        (bare.size_bytes, bare.index_size_bytes),
        (Some(4_096), Some(0))
    );
}

#[tokio::test]
async fn statements_of_more_bytes_than_are_taken_are_a_limit_with_a_way_out() {
    let folder = Folder::with("CREATE TABLE t (a)");
    let made = rusqlite::Connection::open(folder.path("a.db")).unwrap();
    let long = "x".repeat(3 << 20);
    for view in 0..22 {
        made.execute_batch(&format!("CREATE VIEW v{view} AS SELECT '{long}' AS a"))
            .unwrap();
    }
    let mut session = folder.open("a.db").await.unwrap();
    let all = Selection::default();
    let error = session.introspect(&all).await.unwrap_err();
    assert_eq!(error.kind, headwater::connectors::ErrorKind::LimitExceeded);
    let one = super::settings(serde_json::json!({"database": "a.db", "tables": ["t"]}));
    let schema = session.introspect(&one.selection).await.unwrap();
    assert_eq!(schema.tables.len(), 1);
}
