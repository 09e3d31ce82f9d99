//! What is wanted of a table, and of which moment.

use std::time::{Duration, Instant};

use headwater::connectors::read::{Condition, Order, Test, UnderWay};
use headwater::connectors::{ErrorKind, Selection, TableRead};
use headwater::schema::{DataType, TableKind};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use serde_json::json;

use super::super::{Server, connect, servers, unique};
use super::{column, read, wanted, whole};

/// A table of five rows whose names are hostile.
async fn table(server: Server) -> (String, Conn) {
    let database = unique();
    let admin = server
        .run(&[
            format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"),
            "SET SESSION time_zone = '+05:00'".to_owned(),
            format!("CREATE TABLE {database}.`t``; ?:x -- \"` (id int PRIMARY KEY, `n``a? :b\"` varchar(20), big bigint unsigned, dec_ decimal(65,30), ts timestamp(6) NULL, f float, s set('a','b'), bin varbinary(5), b bit(1), js json, d date, tm time, g geometry)"),
            format!("INSERT INTO {database}.`t``; ?:x -- \"` VALUES
                (1, 'Apfel 100%', 18446744073709551615, 1.000000000000000000000000000001, '2024-03-01 04:59:59.000001', 0.1, 'a,b', x'00ff', 1, '{{\"a\": 1}}', '2024-02-29', '-10:00:00', NULL),
                (2, 'apfel 100x', 18446744073709551614, 1.000000000000000000000000000002, '2024-03-01 04:59:59.000002', 0.2, '', x'01', 0, NULL, NULL, NULL, NULL),
                (3, 'ÄPFEL_|', 3, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (4, 'apfel', 4, 4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"),
        ])
        .await;
    (database, admin)
}

const TABLE: &str = "t`; ?:x -- \"";
const NAME: &str = "n`a? :b\"";

fn with(all: &TableRead, column: &str, test: Test) -> TableRead {
    let column = column.to_owned();
    let order = Order {
        column: "id".to_owned(),
        descending: false,
    };
    TableRead {
        conditions: vec![Condition { column, test }],
        order: vec![order],
        ..all.clone()
    }
}

#[tokio::test]
async fn conditions_are_compared_as_values_of_their_columns_type() {
    for server in servers() {
        let (database, _admin) = table(server).await;
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let all = whole(session.as_mut(), &database, TABLE).await;
        let text = |text: &str| text.to_owned();
        let mut cases = vec![
            ("id", Test::Equal(text("3")), vec![3]),
            ("id", Test::NotEqual(text("3")), vec![1, 2, 4, 5]),
            ("id", Test::Less(text("2.5")), vec![1, 2]),
            ("id", Test::AtMost(text("2")), vec![1, 2]),
            ("id", Test::OneOf(vec![text("1"), text("5")]), vec![1, 5]),
            ("id", Test::OneOf(vec![]), vec![]),
            ("big", Test::Equal(text("18446744073709551615")), vec![1]),
            ("big", Test::More(text("18446744073709551614")), vec![1]),
            (
                "dec_",
                Test::Equal(text("1.000000000000000000000000000001")),
                vec![1],
            ),
            (
                "ts",
                Test::AtLeast(text("2024-02-29T23:59:59.000002Z")),
                vec![2],
            ),
            (
                "ts",
                Test::Equal(text("2024-02-29T23:59:59.000001Z")),
                vec![1],
            ),
            ("f", Test::Equal(text("0.10000000149011612")), vec![1]),
            ("s", Test::Equal(text(r#"["a","b"]"#)), vec![1]),
            ("s", Test::Equal(text("[]")), vec![2]),
            ("bin", Test::Equal(text("AP8=")), vec![1]),
            ("b", Test::Equal(text("1")), vec![1]),
            ("d", Test::Equal(text("2024-02-29")), vec![1]),
            ("tm", Test::Equal(text("-10:00:00")), vec![1]),
            (NAME, Test::Contains(text("FEL 100%")), vec![1]),
            (NAME, Test::Contains(text("äpfel_|")), vec![3]),
            (NAME, Test::StartsWith(text("APFEL")), vec![1, 2, 4]),
            (NAME, Test::StartsWith(text("pfel")), vec![]),
            ("ts", Test::Contains(text("29T23:59:59.000001Z")), vec![1]),
            ("b", Test::Contains(text("1")), vec![1]),
            (NAME, Test::Null, vec![5]),
            (NAME, Test::NotNull, vec![1, 2, 3, 4]),
            ("g", Test::NotNull, vec![]),
        ];
        if server.name == "mysql" {
            cases.push(("js", Test::Equal(text(r#"{"a":1}"#)), vec![1]));
        }
        for (column, test, ids) in cases {
            let what = format!("{} {column} {test:?}", server.name);
            let found = read(session.as_mut(), &with(&all, column, test)).await;
            let found = found.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            let ids: Vec<_> = ids.iter().map(|id| format!("i {id}")).collect();
            assert_eq!(found.first(), ids, "{what}");
        }
        for (column, value) in [("id", "abc"), ("ts", "yesterday"), ("f", "NaN"), ("g", "x")] {
            let asked = with(&all, column, Test::Equal(value.to_owned()));
            let error = read(session.as_mut(), &asked).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{column}");
        }
        session.close().await;
    }
}

#[tokio::test]
async fn search_order_offset_and_limit_are_the_servers_work() {
    for server in servers() {
        let (database, _admin) = table(server).await;
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let all = whole(session.as_mut(), &database, TABLE).await;
        let order = |descending| {
            let column = "id".to_owned();
            vec![Order { column, descending }]
        };
        for (search, offset, limit, ids) in [
            (Some("18446744073709551614"), 0, None, &[2][..]),
            (Some("ÄPFEL"), 0, None, &[3]),
            (Some("|"), 0, None, &[3]),
            (None, 1, Some(2), &[4, 3]),
            (None, 3, None, &[2, 1]),
            (None, 0, Some(0), &[]),
        ] {
            let asked = TableRead {
                search: search.map(str::to_owned),
                order: order(true),
                offset,
                limit,
                ..all.clone()
            };
            let found = read(session.as_mut(), &asked).await.unwrap();
            let ids: Vec<_> = ids.iter().map(|id| format!("i {id}")).collect();
            assert_eq!(
                found.first(),
                ids,
                "{} {search:?} {offset} {limit:?}",
                server.name
            );
        }
        session.close().await;
    }
}

#[tokio::test]
async fn the_largest_value_is_told_as_a_condition_takes_it() {
    for server in servers() {
        let (database, _admin) = table(server).await;
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let all = whole(session.as_mut(), &database, TABLE).await;
        for (column, largest) in [
            ("id", Some("5")),
            ("big", Some("18446744073709551615")),
            ("dec_", Some("4.000000000000000000000000000000")),
            ("ts", Some("2024-02-29T23:59:59.000002Z")),
            ("f", Some("0.20000000298023224")),
            ("d", Some("2024-02-29")),
        ] {
            let found = session.largest(&all, column).await.unwrap();
            assert_eq!(found.as_deref(), largest, "{} {column}", server.name);
            let asked = with(&all, column, Test::AtLeast(found.unwrap()));
            let rows = read(session.as_mut(), &asked).await.unwrap().rows;
            assert_eq!(rows.len(), 1, "{} {column}", server.name);
        }
        let none = with(&all, "id", Test::More("5".to_owned()));
        assert_eq!(session.largest(&none, "id").await.unwrap(), None);
        session.close().await;
    }
}

#[tokio::test]
async fn a_snapshot_stays_as_it_was_and_the_session_still_reads_schemas() {
    for server in servers() {
        let (database, mut admin) = table(server).await;
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let all = whole(session.as_mut(), &database, TABLE).await;
        session.begin_snapshot(None).await.unwrap();
        let add = format!("INSERT INTO {database}.`t``; ?:x -- \"` (id) VALUES (6)");
        admin.query_drop(add).await.unwrap();
        assert_eq!(read(session.as_mut(), &all).await.unwrap().rows.len(), 5);
        assert_eq!(session.largest(&all, "id").await.unwrap().unwrap(), "5");
        let schema = session.introspect(&Selection::default()).await.unwrap();
        assert_eq!(schema.tables.len(), 1);
        assert_eq!(read(session.as_mut(), &all).await.unwrap().rows.len(), 5);
        session.begin_snapshot(None).await.unwrap();
        assert_eq!(read(session.as_mut(), &all).await.unwrap().rows.len(), 6);
        session.close().await;
    }
}

#[tokio::test]
async fn what_was_under_way_at_a_snapshot_is_told_where_the_login_may_see_it() {
    for server in servers() {
        let (database, mut writer) = table(server).await;
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        writer.query_drop("START TRANSACTION").await.unwrap();
        let add = format!("INSERT INTO {database}.`t``; ?:x -- \"` (id) VALUES (7)");
        writer.query_drop(add).await.unwrap();
        let before = session.begin_snapshot(None).await.unwrap().under_way;
        let UnderWay::Some { oldest, next } = before else {
            panic!("{} {before:?}", server.name);
        };
        let own = "SELECT CAST(trx_id AS UNSIGNED) FROM information_schema.innodb_trx \
                   WHERE trx_mysql_thread_id = CONNECTION_ID()";
        let own: u64 = writer.query_first(own).await.unwrap().unwrap();
        assert!(oldest <= own && own < next, "{oldest} {own} {next}");
        writer.query_drop("COMMIT").await.unwrap();
        // Other tests write to the same server, and some began before.
        let since = Instant::now();
        while let UnderWay::Some { oldest, .. } =
            session.begin_snapshot(None).await.unwrap().under_way
            && oldest <= own
        {
            assert!(since.elapsed() < Duration::from_mins(1), "{}", server.name);
        }
        let user = unique();
        writer
            .query_drop(format!("CREATE USER {user} IDENTIFIED BY 'a-password'"))
            .await
            .unwrap();
        let mut other = connect(&server.user(&user, "a-password", &json!({}))).await;
        let unknown = other.begin_snapshot(None).await.unwrap();
        assert_eq!(
            (unknown.under_way, unknown.shared),
            (UnderWay::Unknown, None)
        );
        assert!(other.begin_snapshot(Some("1")).await.is_err());
        session.close().await;
    }
}

#[tokio::test]
async fn the_callers_own_select_is_read_as_a_table() {
    for server in servers() {
        let mut session = connect(&server.admin(&json!({}))).await;
        let all = TableRead {
            kind: TableKind::Query,
            query: Some("SELECT 1 AS a UNION ALL SELECT 2 -- two\n;".to_owned()),
            ..wanted("", "query", vec![column("a", DataType::Int64)])
        };
        let found = read(session.as_mut(), &with_order(&all)).await.unwrap();
        assert_eq!(found.first(), ["i 2", "i 1"]);
        session.close().await;
    }
}

fn with_order(all: &TableRead) -> TableRead {
    let order = Order {
        column: "a".to_owned(),
        descending: true,
    };
    TableRead {
        order: vec![order],
        ..all.clone()
    }
}
