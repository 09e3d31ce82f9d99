//! Statements of a caller's own, and what they must not do.

use std::time::{Duration, Instant};

use headwater::connectors::read::Statement;
use headwater::connectors::{ConnectorError, ErrorKind, QueryRead, Session};
use mysql_async::prelude::Queryable;
use serde_json::{Value, json};

use super::super::{Server, connect, servers, unique};
use super::{Read, collected};

fn asked(text: &str, params: Vec<Value>) -> QueryRead {
    QueryRead {
        statement: Statement::Sql {
            text: text.to_owned(),
            params,
        },
        limit: 100,
        timeout: Duration::from_secs(20),
    }
}

async fn run(session: &mut dyn Session, asked: &QueryRead) -> Result<Read, ConnectorError> {
    collected(async |out| session.query(asked, out).await).await
}

async fn session(server: Server, database: &str) -> Box<dyn Session> {
    connect(&server.admin(&json!({"database": database}))).await
}

/// A database with a table, a sequence where there are such, and a function that writes.
async fn database(server: Server) -> (String, mysql_async::Conn) {
    let database = unique();
    let mut statements = vec![
        format!("CREATE DATABASE {database}"),
        format!("USE {database}"),
        "SET GLOBAL log_bin_trust_function_creators = 1".to_owned(),
        "CREATE TABLE t (id int PRIMARY KEY)".to_owned(),
        "INSERT INTO t VALUES (1), (2), (3)".to_owned(),
        "CREATE TABLE old (id int) ENGINE = MyISAM".to_owned(),
        "CREATE FUNCTION writes() RETURNS int BEGIN INSERT INTO t VALUES (99); RETURN 1; END"
            .to_owned(),
        "CREATE FUNCTION writes_old() RETURNS int BEGIN INSERT INTO old VALUES (99); RETURN 1; END"
            .to_owned(),
        "CREATE PROCEDURE p() BEGIN DELETE FROM t; END".to_owned(),
    ];
    if server.name == "mariadb" {
        statements.push("CREATE SEQUENCE s".to_owned());
    }
    let admin = server.run(&statements).await;
    (database, admin)
}

#[tokio::test]
async fn a_query_answers_columns_with_types_and_rows() {
    for server in servers() {
        let (database, _admin) = database(server).await;
        let mut session = session(server, &database).await;
        let text = "SELECT id, ? AS b, 1.50 AS c, ':x' AS d FROM t WHERE id >= ? ORDER BY id";
        let found = run(session.as_mut(), &asked(text, vec![json!("ü"), json!(2)]))
            .await
            .unwrap();
        let names: Vec<_> = found.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["id", "b", "c", "d"]);
        assert_eq!(found.columns[0].native_type, "int");
        assert_eq!(
            found.rows,
            [
                ["i 2", "t ü", "t 1.50", "t :x"],
                ["i 3", "t ü", "t 1.50", "t :x"]
            ]
        );
        let told = run(session.as_mut(), &asked("SHOW TABLES LIKE 't'", vec![]))
            .await
            .unwrap();
        assert_eq!(told.first(), ["t t"]);
        let zone = "SELECT @@SESSION.time_zone, TIMESTAMP '2024-02-29 10:00:00.5'";
        let zone = run(session.as_mut(), &asked(zone, vec![])).await.unwrap();
        assert_eq!(zone.rows[0][0], "t +00:00");
        session.close().await;
    }
}

#[tokio::test]
async fn how_a_select_would_be_run_is_told() {
    for server in servers() {
        let (database, _admin) = database(server).await;
        let mut session = session(server, &database).await;
        for (text, values) in [
            ("EXPLAIN SELECT * FROM t", vec![]),
            (
                "EXPLAIN FORMAT=JSON SELECT * FROM t WHERE id = ?",
                vec![json!(1)],
            ),
        ] {
            let told = run(session.as_mut(), &asked(text, values)).await.unwrap();
            assert!(!told.rows.is_empty(), "{} {text}", server.name);
            assert!(!told.columns.is_empty(), "{} {text}", server.name);
        }
        session.close().await;
    }
}

#[tokio::test]
async fn one_row_more_than_the_limit_is_read_and_the_session_lives_on() {
    for server in servers() {
        let (database, _admin) = database(server).await;
        let mut session = session(server, &database).await;
        for text in [
            "SELECT * FROM t ORDER BY id",
            "SELECT * FROM t ORDER BY id LIMIT 3",
        ] {
            let limited = QueryRead {
                limit: 1,
                ..asked(text, vec![])
            };
            let found = run(session.as_mut(), &limited).await.unwrap();
            assert_eq!(found.first(), ["i 1", "i 2"], "{text}");
        }
        let found = run(session.as_mut(), &asked("SELECT * FROM t", vec![]))
            .await
            .unwrap();
        assert_eq!(found.rows.len(), 3);
        session.close().await;
    }
}

#[tokio::test]
async fn nothing_but_reading_is_done() {
    for server in servers() {
        let (database, mut admin) = database(server).await;
        let file = std::env::temp_dir().join(format!("{database}.out"));
        let file = file.to_str().unwrap();
        for text in [
            "SELECT 1; DROP TABLE t",
            "COMMIT; DROP TABLE t",
            "COMMIT",
            "DROP TABLE t",
            "DELETE FROM t",
            "WITH x AS (SELECT 1) DELETE FROM t",
            "WITH x AS (SELECT 1 AS a) UPDATE t SET id = id + 10",
            "SELECT writes()",
            "SELECT writes_old()",
            "CALL p()",
            "DO writes()",
            "SET SESSION sql_mode = ''",
            "SET @a = 1",
            "SELECT 1 INTO @a",
            "SELECT * FROM t FOR UPDATE",
            "SELECT * FROM t LOCK IN SHARE MODE",
            "SELECT GET_LOCK('a', 1)",
            "SELECT `get_lock`('a', 1)",
            "SELECT LOAD_FILE('/etc/passwd')",
            "LOCK TABLES t WRITE",
            "/*! DELETE FROM t */",
            "SELECT 1 /*!50000; DELETE FROM t */",
            "SELECT 1 /* ' */; DELETE FROM t -- '",
            "SELECT 1 FROM t PROCEDURE ANALYSE() INTO @a",
            "EXPLAIN ANALYZE DELETE FROM t",
            "EXPLAIN DELETE FROM t",
            "CHECK TABLE t",
            "PREPARE x FROM 'DELETE FROM t'",
            "SELECT NEXT VALUE FOR s",
            "SELECT nextval(s)",
            "",
            "SELECT",
            &format!("SELECT 1 INTO OUTFILE '{file}'"),
            &format!("SELECT 1 INTO DUMPFILE '{file}'"),
            &format!("SELECT 1 /*!50000INTO OUTFILE '{file}'*/"),
            &format!("(SELECT 1.5INTO OUTFILE '{file}')"),
        ] {
            let mut session = session(server, &database).await;
            let error = run(session.as_mut(), &asked(text, vec![])).await;
            let error = error.expect_err(text);
            assert_eq!(
                error.kind,
                ErrorKind::InvalidQuery,
                "{} {text}: {error:?}",
                server.name
            );
            session.close().await;
        }
        let rows: Vec<u32> = admin
            .query("SELECT id FROM t UNION ALL SELECT id FROM old ORDER BY id")
            .await
            .unwrap();
        assert_eq!(rows, [1, 2, 3], "{}", server.name);
        assert!(!std::path::Path::new(file).exists(), "{}", server.name);
    }
}

#[tokio::test]
async fn the_server_itself_tells_that_a_select_puts_its_rows_elsewhere() {
    for server in servers() {
        let mut admin = server.run(&[]).await;
        for sql in [
            "SELECT 1 INTO OUTFILE '/tmp/never-written'",
            "SELECT 1 INTO DUMPFILE '/tmp/never-written'",
            "SELECT 1 INTO @a",
        ] {
            let statement = admin.prep(sql).await.unwrap();
            assert!(statement.columns().is_empty(), "{} {sql}", server.name);
        }
        assert!(!admin.prep("SELECT 1").await.unwrap().columns().is_empty());
    }
}

#[tokio::test]
async fn what_the_server_says_of_a_wrong_query_is_told() {
    for server in servers() {
        let mut session = session(server, "shop").await;
        for (text, code) in [
            ("SELECT nothing FROM nowhere", "1146"),
            ("SELECT missing", "1054"),
            ("SELECT 1 +", "1064"),
            ("SELECT * FROM no_such_database.t", "1049"),
        ] {
            let error = run(session.as_mut(), &asked(text, vec![]))
                .await
                .unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{text}: {error:?}");
            assert!(error.server_message.is_some());
            // MySQL says of a database that is not there that its table is not.
            let codes = [Some(code.to_owned()), Some("1146".to_owned())];
            assert!(codes.contains(&error.server_code), "{text}: {error:?}");
        }
        for (text, params) in [
            ("SELECT ?", vec![]),
            ("SELECT 1", vec![json!(1)]),
            ("SELECT :a", vec![json!(1)]),
        ] {
            let error = run(session.as_mut(), &asked(text, params))
                .await
                .unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{text}");
        }
        session.close().await;
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_ended_by_the_server() {
    for server in servers() {
        let (database, _admin) = database(server).await;
        let mut session = session(server, &database).await;
        let long = (1..30)
            .map(|n| format!("t t{n}"))
            .collect::<Vec<_>>()
            .join(", ");
        for text in [
            format!("SELECT SUM(t1.id + t29.id) FROM {long}"),
            // MySQL's own limit is taken off by a hint; ours is not.
            format!("SELECT /*+ MAX_EXECUTION_TIME(0) */ SUM(t1.id + t29.id) FROM {long}"),
        ] {
            let short = QueryRead {
                timeout: Duration::from_millis(300),
                ..asked(&text, vec![])
            };
            let started = Instant::now();
            let error = run(session.as_mut(), &short).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Timeout, "{error:?}");
            assert!(started.elapsed() < Duration::from_secs(10));
        }
    }
}
