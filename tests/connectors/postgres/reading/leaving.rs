//! Readers whose taker, table, right or connection goes away.

use std::time::{Duration, Instant};

use headwater::connectors::read::channel;
use headwater::connectors::{Chunk, ErrorKind};
use headwater::rows::RowBatch;
use headwater::schema::DataType;
use serde_json::json;

use super::super::Database;
use super::super::work::{nothing_runs_in, until_count};
use super::{all_of, question, read};

/// Some 900 MB.
const LARGE: &str = "
    CREATE VIEW large AS SELECT a.n * 3000 + b.n AS n, repeat('x', 100) AS filling
      FROM generate_series(0, 2999) AS a (n), generate_series(0, 2999) AS b (n)
";

#[tokio::test]
async fn a_server_waits_where_nobody_takes_its_rows_and_stops_where_nobody_will() {
    let Some(database) = Database::with(LARGE).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let wanted = all_of(&mut *session, "large").await;
    let (mut out, mut inlet) = channel(2, RowBatch::ROWS);
    tokio::select! {
        read = session.read_table(&wanted, &mut out) => panic!("read it all: {read:?}"),
        () = until_count(&database, "wait_event = 'ClientWrite'", |stuck| stuck == 1) => {}
    }
    drop(out);
    let mut batches = 0;
    while let Some(chunk) = inlet.next().await {
        batches += usize::from(matches!(chunk, Chunk::Rows(_)));
    }
    assert!(batches <= 2, "{batches} batches were under way");
    nothing_runs_in(&database).await;
    // The session that was interrupted goes on.
    let few = headwater::connectors::TableRead {
        limit: Some(3),
        ..wanted.clone()
    };
    assert_eq!(read(&mut *session, &few).await.unwrap().rows.len(), 3);
    // A taker that leaves ends it well.
    let (mut out, mut inlet) = channel(1, RowBatch::ROWS);
    let leaving = async {
        inlet.next().await;
        inlet.next().await;
        drop(inlet);
    };
    let (ended, ()) = tokio::join!(session.read_table(&wanted, &mut out), leaving);
    ended.unwrap();
    nothing_runs_in(&database).await;
}

#[tokio::test]
async fn a_query_whose_taker_leaves_ends_well() {
    let Some(database) = Database::with(LARGE).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let mut all = question("TABLE large", vec![]);
    all.limit = u64::MAX;
    let (mut out, mut inlet) = channel(1, RowBatch::ROWS);
    let leaving = async {
        inlet.next().await;
        inlet.next().await;
        drop(inlet);
    };
    let (ended, ()) = tokio::join!(session.query(&all, &mut out), leaving);
    ended.unwrap();
    nothing_runs_in(&database).await;
}

#[tokio::test]
async fn a_connection_that_ends_in_the_middle_is_told() {
    let Some(database) = Database::with(LARGE).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let wanted = all_of(&mut *session, "large").await;
    let (mut out, mut inlet) = channel(1, RowBatch::ROWS);
    let killing = async {
        inlet.next().await;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'headwater'";
        database.admin.query(sql, &[]).await.unwrap();
        while inlet.next().await.is_some() {}
    };
    let reading = async {
        let read = session.read_table(&wanted, &mut out).await;
        drop(out);
        read
    };
    let (read, ()) = tokio::join!(reading, killing);
    let error = read.unwrap_err();
    assert!(
        matches!(
            error.kind,
            ErrorKind::ServerUnavailable | ErrorKind::ConnectionLost
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_scan_outlasts_the_servers_own_limits_and_silence_does_not() {
    let ddl = "
        CREATE VIEW slow AS SELECT 1 AS n, pg_sleep(0.5)::text AS nap;
        CREATE VIEW silent AS SELECT n, CASE WHEN n < 40000 THEN repeat('x', 100)
                                             ELSE pg_sleep(900)::text END AS x
          FROM generate_series(1, 40000) AS s (n)";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    for limit in ["statement_timeout", "idle_in_transaction_session_timeout"] {
        let set = format!("ALTER DATABASE \"{}\" SET {limit} = '300ms'", database.name);
        database.admin.batch_execute(&set).await.unwrap();
    }
    let mut session = database.connect(json!({})).await;
    let slow = all_of(&mut *session, "slow").await;
    let silent = all_of(&mut *session, "silent").await;
    assert_eq!(read(&mut *session, &slow).await.unwrap().ids(), [1]);
    let (mut out, mut inlet) = channel(8, RowBatch::ROWS);
    let reading = async {
        let read = session.read_table(&silent, &mut out).await;
        drop(out);
        tokio::time::resume();
        read
    };
    let pausing = async {
        assert!(matches!(inlet.next().await, Some(Chunk::Columns(_))));
        assert!(matches!(inlet.next().await, Some(Chunk::Rows(_))));
        tokio::time::pause();
        let began = tokio::time::Instant::now();
        while inlet.next().await.is_some() {}
        began.elapsed()
    };
    let began = Instant::now();
    let (read, _) = tokio::join!(reading, pausing);
    assert_eq!(read.unwrap_err().kind, ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_mins(1));
    nothing_runs_in(&database).await;
}

#[tokio::test]
async fn a_row_that_is_too_long_is_refused_before_it_comes() {
    let ddl = "CREATE VIEW long AS SELECT repeat('x', 256 * 1024 * 1024) AS x";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let wanted = all_of(&mut *session, "long").await;
    let error = read(&mut *session, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
    assert!(error.message.contains("256 MiB"), "{error:?}");
}

#[tokio::test]
async fn what_is_gone_is_told_by_its_own_code() {
    let role = format!("reads no more {}", std::process::id());
    let ddl = format!(
        "CREATE ROLE \"{role}\" LOGIN PASSWORD 'p';
         CREATE TABLE t (id int, gone int); CREATE TABLE kept (id int);
         GRANT SELECT ON t, kept TO \"{role}\""
    );
    let Some(database) = Database::with(&ddl).await else {
        return;
    };
    let login = json!({ "username": role, "password": "p" });
    let mut session = database.connect(login).await;
    let wanted = all_of(&mut *session, "t").await;
    let kept = all_of(&mut *session, "kept").await;
    session.begin_snapshot(None).await.unwrap();
    for (change, kind, reason) in [
        (
            format!("REVOKE SELECT ON t FROM \"{role}\""),
            ErrorKind::PermissionDenied,
            None,
        ),
        (
            format!("GRANT SELECT ON t TO \"{role}\"; ALTER TABLE t DROP COLUMN gone"),
            ErrorKind::InvalidQuery,
            Some("column_not_found"),
        ),
        (
            "DROP TABLE t".to_owned(),
            ErrorKind::InvalidQuery,
            Some("table_not_found"),
        ),
    ] {
        database.admin.batch_execute(&change).await.unwrap();
        let error = read(&mut *session, &wanted).await.unwrap_err();
        assert_eq!((error.kind, error.reason), (kind, reason), "{error:?}");
        assert!(error.server_code.is_some());
        // The snapshot goes on.
        read(&mut *session, &kept).await.unwrap();
    }
    session.close().await;
    let drop = format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"");
    database.admin.batch_execute(&drop).await.unwrap();
}

#[tokio::test]
async fn a_column_whose_type_has_changed_is_read_by_the_type_that_it_has() {
    let Some(database) = Database::with("CREATE TABLE t AS SELECT 1 AS id").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let wanted = all_of(&mut *session, "t").await;
    session.begin_snapshot(None).await.unwrap();
    let change = "ALTER TABLE t ALTER COLUMN id TYPE numeric(10,2)";
    database.admin.batch_execute(change).await.unwrap();
    let answer = read(&mut *session, &wanted).await.unwrap();
    // A rewritten table is empty to a snapshot of before (PostgreSQL manual, "Caveats" of MVCC).
    assert!(answer.rows.is_empty());
    session.begin_snapshot(None).await.unwrap();
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.rows, [[super::text("1.00")]]);
    assert_eq!(answer.columns[0].logical_type, DataType::String);
}
