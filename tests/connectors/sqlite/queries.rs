//! The caller's own select as one more table.

use headwater::connectors::{ConnectorError, ErrorKind, Selection};
use headwater::schema::{DataType, Schema, TableKind};

use super::{Folder, column};

async fn with_query(folder: &Folder, query: &str) -> Result<Schema, ConnectorError> {
    let selection = Selection {
        query: Some(query.to_owned()),
        ..Selection::default()
    };
    let mut session = folder.open("a.db").await.unwrap();
    let listed = session.list_tables(&selection).await.map(|mut l| l.pop());
    let schema = session.introspect(&selection).await;
    assert_eq!(listed.is_ok(), schema.is_ok());
    if let Ok(last) = listed {
        assert_eq!(last.unwrap().kind, TableKind::Query);
    }
    schema
}

#[tokio::test]
async fn a_query_is_the_last_table_with_the_types_that_sqlite_knows() {
    let folder = Folder::with("CREATE TABLE z (id INTEGER PRIMARY KEY, at DATE)");
    let schema = with_query(&folder, "SELECT id, at, count(*) AS \"n\" FROM z; -- all")
        .await
        .unwrap();
    let query = schema.tables.last().unwrap();
    assert_eq!(
        (query.name.as_str(), query.kind),
        ("query", TableKind::Query)
    );
    assert_eq!(column(query, "id").logical_type, DataType::Int64);
    assert_eq!(column(query, "at").native_type, "DATE");
    assert_eq!(column(query, "at").logical_type, DataType::Date);
    let counted = column(query, "n");
    assert_eq!(
        (counted.native_type.as_str(), &counted.logical_type),
        ("", &DataType::Unknown)
    );
    assert_eq!(counted.position, 3);
}

#[tokio::test]
async fn a_query_that_does_more_than_read_is_refused_before_it_runs() {
    let folder = Folder::with("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    for query in [
        "DELETE FROM t",
        "INSERT INTO t VALUES (1) RETURNING a",
        "SELECT 1; DROP TABLE t",
        "SELECT 1; SELECT 2",
        "WITH x AS (SELECT 1) UPDATE t SET a = 2",
        "CREATE TEMP TABLE x (a)",
        "ATTACH 'b.db' AS b",
        "ATTACH ':memory:' AS b",
        "PRAGMA hard_heap_limit = 1000",
        "PRAGMA query_only = OFF",
        "PRAGMA temp_store_directory = '/tmp'",
        "PRAGMA wal_checkpoint",
        "VACUUM INTO 'copy.db'",
        "SELECT load_extension('x')",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT s",
        "EXPLAIN SELECT 1",
        "EXPLAIN QUERY PLAN SELECT 1",
        "SELECT ?1",
        "SELECT * FROM nowhere",
        "SELECT",
        "-- nothing",
        "SELECT 1 \u{0}; DROP TABLE t",
        "no sql at all",
    ] {
        let error = with_query(&folder, query)
            .await
            .err()
            .unwrap_or_else(|| panic!("{query}"));
        assert_eq!(error.kind, ErrorKind::InvalidQuery, "{query}: {error:?}");
        assert!(error.hint.contains("SELECT"));
    }
    let heap: i64 = rusqlite::Connection::open_in_memory()
        .unwrap()
        .query_row("PRAGMA hard_heap_limit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(heap, 0, "a setting of the whole process was changed");
    let mut session = folder.open("a.db").await.unwrap();
    assert_eq!(
        session
            .list_tables(&Selection::default())
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn sqlites_own_words_stand_beside_ours() {
    let folder = Folder::with("CREATE TABLE t (a)");
    let error = with_query(&folder, "SELECT b FROM t").await.unwrap_err();
    assert_eq!(error.server_code.as_deref(), Some("1"));
    assert_eq!(error.server_message.as_deref(), Some("no such column: b"));
}

#[tokio::test]
async fn common_table_expressions_and_virtual_tables_can_be_asked() {
    let folder = Folder::with(
        "CREATE VIRTUAL TABLE notes USING fts5(title); INSERT INTO notes VALUES ('a b'), ('c');
         CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)",
    );
    for query in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n",
        "SELECT title FROM notes WHERE notes MATCH 'b'",
        "SELECT id FROM boxes WHERE x0 > 1",
        "SELECT name FROM pragma_table_info('notes')",
        "SELECT json_extract('{\"a\":1}', '$.a')",
        "VALUES (1, 2)",
    ] {
        with_query(&folder, query).await.unwrap();
    }
}
