//! Reading that ends before the rows do.

use std::time::Duration;

use headwater::connectors::read::{Chunk, channel};
use headwater::connectors::{ErrorKind, TableRead};
use headwater::rows::RowBatch;
use headwater::schema::DataType;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use serde_json::json;

use super::super::{Server, connect, servers, unique};
use super::{column, read, wanted};

/// A table of 65,536 rows of 2 kB, and what reads them all.
async fn large(server: Server) -> (TableRead, Conn) {
    let database = unique();
    let mut statements = vec![
        format!("CREATE DATABASE {database}"),
        format!("CREATE TABLE {database}.t (a char(200), b int)"),
        format!("INSERT INTO {database}.t VALUES (repeat('x', 200), 1)"),
    ];
    for _ in 0..16 {
        statements.push(format!(
            "INSERT INTO {database}.t SELECT * FROM {database}.t"
        ));
    }
    let admin = server.run(&statements).await;
    let wide = (0..10)
        .map(|n| format!("a AS a{n}"))
        .collect::<Vec<_>>()
        .join(", ");
    let all = TableRead {
        kind: headwater::schema::TableKind::Query,
        query: Some(format!("SELECT {wide} FROM {database}.t")),
        ..wanted(
            "",
            "query",
            vec![
                column("a0", DataType::String),
                column("a9", DataType::String),
            ],
        )
    };
    (all, admin)
}

/// Waits until a connection of that user runs a statement, or until none does; answers its number.
async fn until_busy(admin: &mut Conn, user: &str, busy: bool) -> Option<u64> {
    let sql = format!(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '{user}' AND COMMAND <> 'Sleep'"
    );
    let found = async {
        loop {
            let id: Option<u64> = admin.query_first(&sql).await.unwrap();
            if id.is_some() == busy {
                return id;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, found)
        .await
        .unwrap_or_else(|_| panic!("busy: {busy}"))
}

/// A user of its own, so that its connections are told from others.
async fn user(admin: &mut Conn) -> String {
    let user = unique();
    let make = [
        format!("CREATE USER {user} IDENTIFIED BY 'a-password'"),
        format!("GRANT SELECT ON *.* TO {user}"),
    ];
    for sql in make {
        admin.query_drop(sql).await.unwrap();
    }
    user
}

#[tokio::test]
async fn a_taker_that_takes_nothing_stops_the_server_and_leaving_ends_it() {
    for server in servers() {
        let (all, mut admin) = large(server).await;
        let user = user(&mut admin).await;
        let mut session = connect(&server.user(&user, "a-password", &json!({}))).await;
        let (mut outlet, mut inlet) = channel(2, RowBatch::ROWS);
        let reading = session.read_table(&all, &mut outlet);
        tokio::select! {
            done = reading => panic!("{done:?}"),
            busy = async {
                // Its columns alone; of 128 MB the server then sends what finds room on the way.
                let Some(Chunk::Columns(_)) = inlet.next().await else {
                    panic!("no columns");
                };
                until_busy(&mut admin, &user, true).await
            } => assert!(busy.is_some()),
        }
        // The future is dropped: the statement ends although nobody took its rows.
        until_busy(&mut admin, &user, false).await;
        let mut bytes = 0;
        drop(outlet);
        while let Some(chunk) = inlet.next().await {
            if let Chunk::Rows(rows) = chunk {
                bytes += rows.bytes();
            }
        }
        assert!(bytes < 4 * RowBatch::BYTES, "{bytes}");
    }
}

#[tokio::test]
async fn where_nobody_takes_the_rows_any_more_reading_ends_well_and_the_session_lives_on() {
    for server in servers() {
        let (all, _admin) = large(server).await;
        let mut session = connect(&server.admin(&json!({}))).await;
        let (mut outlet, mut inlet) = channel(1, RowBatch::ROWS);
        let taking = async {
            while let Some(chunk) = inlet.next().await {
                if let Chunk::Rows(_) = chunk {
                    break;
                }
            }
            drop(inlet);
        };
        let (done, ()) = tokio::join!(session.read_table(&all, &mut outlet), taking);
        done.unwrap();
        let few = TableRead {
            limit: Some(3),
            ..all
        };
        let found = read(session.as_mut(), &few).await.unwrap();
        assert_eq!(found.rows.len(), 3, "{}", server.name);
        session.close().await;
    }
}

#[tokio::test]
async fn a_connection_that_is_killed_among_its_rows_is_lost() {
    for server in servers() {
        let (all, mut admin) = large(server).await;
        let user = user(&mut admin).await;
        let mut session = connect(&server.user(&user, "a-password", &json!({}))).await;
        let (mut outlet, mut inlet) = channel(1, 1000);
        let taking = async {
            let mut rows = 0;
            while let Some(chunk) = inlet.next().await {
                if let Chunk::Rows(batch) = chunk {
                    if rows == 0 {
                        let id = until_busy(&mut admin, &user, true).await.unwrap();
                        admin.query_drop(format!("KILL {id}")).await.unwrap();
                    }
                    rows += batch.len();
                }
            }
            rows
        };
        let reading = async {
            let done = session.read_table(&all, &mut outlet).await;
            drop(outlet);
            done
        };
        let (done, rows) = tokio::join!(reading, taking);
        let error = done.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ConnectionLost, "{error:?}");
        assert!(rows < 65_536);
    }
}

#[tokio::test]
async fn a_table_or_column_that_went_away_or_a_right_that_was_lost_is_told_by_its_kind() {
    for server in servers() {
        let (_, mut admin) = large(server).await;
        let user = unique();
        let database = unique();
        for sql in [
            format!("CREATE DATABASE {database}"),
            format!("CREATE TABLE {database}.t (a int)"),
            format!("CREATE USER {user} IDENTIFIED BY 'a-password'"),
            format!("GRANT SELECT ON {database}.* TO {user}"),
        ] {
            admin.query_drop(sql).await.unwrap();
        }
        let mut session = connect(&server.user(&user, "a-password", &json!({}))).await;
        let table =
            |table: &str, of: &str| wanted(&database, table, vec![column(of, DataType::Int32)]);
        for (asked, reason) in [
            (table("gone", "a"), "table_not_found"),
            (table("t", "gone"), "column_not_found"),
        ] {
            let error = read(session.as_mut(), &asked).await.unwrap_err();
            assert_eq!(
                (error.kind, error.reason),
                (ErrorKind::InvalidQuery, Some(reason))
            );
        }
        admin
            .query_drop(format!("REVOKE SELECT ON {database}.* FROM {user}"))
            .await
            .unwrap();
        let mut later = connect(&server.user(&user, "a-password", &json!({}))).await;
        let error = read(later.as_mut(), &table("t", "a")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::PermissionDenied);
    }
}
