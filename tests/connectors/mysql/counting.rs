//! Counting rows, and stopping.

use std::time::{Duration, Instant};

use headwater::connectors::{Selection, TableEntry};
use headwater::schema::TableKind;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use serde_json::json;

use super::{Server, connect, servers, unique};

/// A database with small tables and a view that counts for hours.
async fn database(server: Server) -> (String, Conn) {
    let name = unique();
    let admin = server
        .run(&[
            format!("CREATE DATABASE {name}"),
            format!("CREATE TABLE {name}.`b``ack \"tick\"` (a int)"),
            format!("INSERT INTO {name}.`b``ack \"tick\"` VALUES (1), (2), (3)"),
            format!("CREATE TABLE {name}.hundred (a int)"),
            format!("INSERT INTO {name}.hundred SELECT x.a * 10 + y.a FROM (SELECT 0 a UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) x, (SELECT 0 a UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) y"),
            format!("CREATE VIEW {name}.endless AS SELECT a.a FROM {name}.hundred a, {name}.hundred b, {name}.hundred c, {name}.hundred d, {name}.hundred e, {name}.hundred f WHERE a.a + b.a + c.a + d.a + e.a + f.a > 1"),
        ])
        .await;
    (name, admin)
}

fn entry(tables: &[TableEntry], name: &str) -> TableEntry {
    tables.iter().find(|t| t.name == name).unwrap().clone()
}

/// Waits until the endless count runs at the server, or until it does not.
async fn until_running(admin: &mut Conn, database: &str, running: bool) {
    let sql = format!(
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%`{database}`.`endless`%' AND ID <> CONNECTION_ID()"
    );
    let found = async {
        loop {
            let count: Option<u64> = admin.query_first(&sql).await.unwrap();
            if (count.unwrap() > 0) == running {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let patience = Duration::from_secs(30);
    assert!(
        tokio::time::timeout(patience, found).await.is_ok(),
        "running: {running}"
    );
}

#[tokio::test]
async fn tables_views_and_the_query_are_counted_exactly() {
    for server in servers() {
        let (name, admin) = database(server).await;
        let target =
            server.admin(&json!({"database": name, "query": "SELECT 1 UNION ALL SELECT 1; "}));
        let selection = Selection {
            ignore_tables: ["endless".to_owned()].into(),
            ..target.settings.selection.clone()
        };
        let mut session = connect(&target).await;
        let tables = session.list_tables(&selection).await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        let counts = session.count_rows(&tables, deadline).await;
        let kinds: Vec<_> = tables.iter().map(|t| t.kind).collect();
        assert_eq!(
            kinds,
            [TableKind::Table, TableKind::Table, TableKind::Query]
        );
        assert_eq!(counts, [Some(3), Some(100), Some(2)]);
        session.close().await;
        admin.disconnect().await.unwrap();
    }
}

#[tokio::test]
async fn a_table_that_runs_out_of_time_costs_the_others_nothing_and_the_server_stops_it() {
    for server in servers() {
        let (name, mut admin) = database(server).await;
        let mut session = connect(&server.admin(&json!({"database": name}))).await;
        let tables = session.list_tables(&Selection::default()).await.unwrap();
        let wanted = [
            entry(&tables, "endless"),
            entry(&tables, "hundred"),
            entry(&tables, "b`ack \"tick\""),
        ];
        let started = Instant::now();
        let counts = session
            .count_rows(&wanted, started + Duration::from_secs(2))
            .await;
        assert_eq!(counts, [None, Some(100), Some(3)]);
        assert!(started.elapsed() < Duration::from_secs(10));
        until_running(&mut admin, &name, false).await;
        let again = session.list_tables(&Selection::default()).await.unwrap();
        assert_eq!(again.len(), 3, "the session lives on");
    }
}

#[tokio::test]
async fn a_count_that_is_given_up_stops_at_the_server_too() {
    for server in servers() {
        let (name, mut admin) = database(server).await;
        let mut session = connect(&server.admin(&json!({"database": name}))).await;
        let tables = session.list_tables(&Selection::default()).await.unwrap();
        let wanted = [entry(&tables, "endless")];
        let counting = session.count_rows(&wanted, Instant::now() + Duration::from_mins(10));
        tokio::select! {
            _ = counting => panic!("nobody counts that far"),
            () = until_running(&mut admin, &name, true) => {}
        }
        until_running(&mut admin, &name, false).await;
        let error = session
            .list_tables(&Selection::default())
            .await
            .unwrap_err();
        assert!(error.kind.retryable(), "{error:?}");
    }
}
