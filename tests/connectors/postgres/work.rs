//! Counting, describing a caller's select, and stopping.

use std::time::{Duration, Instant};

use headwater::connectors::{ErrorKind, Selection, Stage};
use headwater::schema::TableKind;
use serde_json::json;

use super::Database;
use crate::support::app::TestApp;
use crate::support::source;

fn of(query: &str) -> Selection {
    Selection {
        query: Some(query.to_owned()),
        ..Selection::default()
    }
}

#[tokio::test]
async fn rows_are_counted_in_order_and_a_slow_table_alone_goes_without() {
    let ddl = r"
        CREATE TABLE a AS SELECT generate_series(1, 3) n;
        CREATE VIEW b AS SELECT pg_sleep(600)::text;
        CREATE VIEW c AS SELECT 1 / (n - 1) AS broken FROM a WHERE 1 / (n - 1) > 0;
        CREATE VIEW d AS SELECT * FROM a WHERE n > 1;
        CREATE TABLE e (n int);
    ";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(2);
    let counts = session.count_rows(&tables, deadline).await;
    assert_eq!(counts, [Some(3), None, None, Some(2), Some(0)]);
    assert!(Instant::now() < deadline + Duration::from_secs(3));
    nothing_runs_in(&database).await;
    // The session that was interrupted goes on.
    session.list_tables(&Selection::default()).await.unwrap();
}

#[tokio::test]
async fn a_login_with_one_connection_counts_with_that_one() {
    let role = format!("counts alone {}", std::process::id());
    let ddl = format!(
        "CREATE ROLE \"{role}\" LOGIN PASSWORD 'p' CONNECTION LIMIT 1;
         CREATE TABLE a AS SELECT 1; CREATE TABLE b AS SELECT 1; CREATE TABLE c AS SELECT 1;
         GRANT SELECT ON a, c TO \"{role}\";"
    );
    let Some(database) = Database::with(&ddl).await else {
        return;
    };
    let login = json!({ "username": role, "password": "p" });
    let mut session = database.connect(login).await;
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let counts = session.count_rows(&tables, deadline).await;
    assert_eq!(counts, [Some(1), None, Some(1)]);
}

#[tokio::test]
async fn a_dropped_future_stops_its_statement_at_the_server() {
    let Some(database) = Database::with("CREATE TABLE t (id int DEFAULT 1)").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    database
        .admin
        .batch_execute("BEGIN; LOCK TABLE pg_catalog.pg_attrdef IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let selection = Selection::default();
    tokio::select! {
        read = session.introspect(&selection) => panic!("read past a lock: {read:?}"),
        () = until(&database, |waiting| waiting > 0, true) => {}
    }
    nothing_runs_in(&database).await;
    database.admin.batch_execute("ROLLBACK").await.unwrap();
    let schema = session.introspect(&selection).await.unwrap();
    assert_eq!(schema.tables.len(), 1);
    session.close().await;
    until_gone(&database).await;
}

#[tokio::test]
async fn a_reading_that_is_cancelled_stops_its_statement_at_the_server() {
    let Some(database) = Database::with("CREATE TABLE t (id int DEFAULT 1)").await else {
        return;
    };
    let app = TestApp::start();
    let client = app.admin();
    let connected = client.connect(database.fields(json!({}))).await;
    let lock = "BEGIN; LOCK TABLE pg_catalog.pg_attrdef IN ACCESS EXCLUSIVE MODE";
    database.admin.batch_execute(lock).await.unwrap();
    let path = "/data/default/schema/refresh";
    let body = json!({"source_id": connected["source_id"], "wait": false});
    let begun = client.post(path, body).await.body;
    until(&database, |waiting| waiting > 0, true).await;
    let id = begun["data"]["job_id"].as_str().unwrap();
    let cancel = format!("/data/default/jobs/{id}/cancel");
    let cancelled = client.post(&cancel, json!({})).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    nothing_runs_in(&database).await;
    database.admin.batch_execute("ROLLBACK").await.unwrap();
    let again = json!({"source_id": connected["source_id"]});
    assert_eq!(client.post(path, again).await.ok()["table_count"], 1);
}

#[tokio::test]
async fn a_dropped_session_leaves_nothing_behind() {
    let Some(database) = Database::with("").await else {
        return;
    };
    drop(database.connect(json!({})).await);
    until_gone(&database).await;
}

#[tokio::test]
async fn a_select_is_described_without_being_run() {
    let ddl = "
        CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('sad');
        CREATE TABLE app.t (id int, m app.mood);
        CREATE SEQUENCE seen;
    ";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let attempt = source::connect(database.fields(json!({
        "options": { "search_path": "app,public" },
        "query": "SELECT id, id, m AS \"Mood\", ARRAY[m] AS moods, 'x' AS word, t AS whole,
                         1.5 AS exact, nextval('seen') AS n, pg_sleep(600) AS never FROM t -- all;\n ;",
    })))
    .await;
    let selection = attempt.selection.clone();
    let mut session = attempt.session();
    let schema = session.introspect(&selection).await.unwrap();
    let query = schema.tables.last().unwrap();
    assert_eq!(
        (query.kind, query.name.as_str()),
        (TableKind::Query, "query")
    );
    let columns: Vec<_> = query
        .columns
        .iter()
        .map(|c| format!("{} {} {}", c.name, c.native_type, c.logical_type))
        .collect();
    assert_eq!(
        columns,
        [
            "id integer int32",
            "id integer int32",
            "Mood app.mood enum",
            "moods app.mood[] array<enum>",
            "word text string",
            "whole app.t object",
            "exact numeric decimal",
            "n bigint int64",
            "never void unknown",
        ]
    );
    let tables = session.list_tables(&selection).await.unwrap();
    assert_eq!(tables.last().unwrap().kind, TableKind::Query);
    let row = database
        .admin
        .query_one("SELECT is_called FROM seen", &[])
        .await
        .unwrap();
    assert!(!row.get::<_, bool>(0));
}

#[tokio::test]
async fn whatever_is_no_single_select_is_refused_in_the_servers_words() {
    let Some(database) = Database::with("CREATE TABLE t (id int)").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    for query in [
        "SELEC 1",
        "SELECT 1; DROP TABLE t",
        "DROP TABLE t",
        "INSERT INTO t VALUES (1) RETURNING id",
        "WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone",
        "SELECT * INTO copied FROM t",
        "SELECT * FROM no_such_table",
        "SELECT $1::int",
        "SELECT 1) AS q (a) ON true; DROP TABLE t; --",
        "COPY t TO '/tmp/t'",
        "",
    ] {
        for described in [
            session.list_tables(&of(query)).await.map(drop),
            session.introspect(&of(query)).await.map(drop),
        ] {
            let error = described.unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{query} {error:?}");
            assert_eq!(error.stage, Some(Stage::ReadCatalog));
            assert!(error.server_message.is_some(), "{query}");
        }
    }
    for query in [
        "VALUES (1, 'a')",
        "TABLE t",
        "WITH x AS (SELECT 1) SELECT * FROM x;",
        "(SELECT 1)",
    ] {
        let schema = session.introspect(&of(query)).await.unwrap();
        assert_eq!(schema.tables.len(), 2, "{query}");
    }
}

pub async fn nothing_runs_in(database: &Database) {
    until(database, |running| running == 0, false).await;
}

async fn until_gone(database: &Database) {
    until_count(database, "true", |there| there == 0).await;
}

/// Waits until as many of our statements run (or wait for a lock) as `enough` says.
async fn until(database: &Database, enough: fn(i64) -> bool, waiting: bool) {
    let which = if waiting {
        "wait_event_type = 'Lock'"
    } else {
        "state = 'active'"
    };
    until_count(database, which, enough).await;
}

pub async fn until_count(database: &Database, which: &str, enough: fn(i64) -> bool) {
    let watcher = super::admin(&database.server, "postgres").await;
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity
          WHERE datname = $1 AND application_name = 'headwater' AND {which}"
    );
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let row = watcher.query_one(&sql, &[&database.name]).await.unwrap();
        if enough(row.get(0)) {
            return;
        }
        assert!(Instant::now() < patience, "still not so: {which}");
    }
}
