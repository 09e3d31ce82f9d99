//! Callers' own statements.

use std::num::NonZeroU32;
use std::time::Duration;

use headwater::connectors::ErrorKind;
use headwater::connectors::read::Statement;
use serde_json::{Map, json};

use super::super::Database;
use super::super::work::{nothing_runs_in, until_count};
use super::{Owned, ask, int, question, text};

const DDL: &str = "
    CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('sad', 'glad');
    CREATE SEQUENCE s;
    CREATE TABLE t (id int, word text, m app.mood);
    INSERT INTO t VALUES (1, 'x', 'sad'), (2, 'y', 'glad');
    CREATE FUNCTION changes() RETURNS int LANGUAGE sql AS 'DELETE FROM t RETURNING 1';
    CREATE FUNCTION unlocks() RETURNS int LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM set_config('transaction_read_only', 'off', true);
            DELETE FROM t;
            RETURN 1;
        END $$;
    CREATE FUNCTION sets() RETURNS int LANGUAGE plpgsql AS $$
        BEGIN
            SET TRANSACTION READ WRITE;
            DELETE FROM t;
            RETURN 1;
        END $$;
    CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; DELETE FROM t; END $$;
";

#[tokio::test]
async fn statements_answer_columns_and_rows() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let all = question(
        "/* all */ SELECT id, id, m AS \"Mood\", t AS whole, 1.50 AS exact FROM t ORDER BY id DESC; -- end",
        vec![],
    );
    let refused = ask(&mut *session, &all).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::InvalidQuery);
    let all = question(
        "/* all */ SELECT id, id, m AS \"Mood\", t AS whole, 1.50 AS exact FROM t ORDER BY id DESC -- end",
        vec![],
    );
    let answer = ask(&mut *session, &all).await.unwrap();
    let columns: Vec<_> = answer
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
            "whole public.t object",
            "exact numeric decimal"
        ]
    );
    let whole = |id: i64, word: &str, mood: &str| {
        let whole = format!("{{\"id\":{id},\"word\":\"{word}\",\"m\":\"{mood}\"}}");
        vec![int(id), int(id), text(mood), text(&whole), text("1.50")]
    };
    assert_eq!(answer.rows, [whole(2, "y", "glad"), whole(1, "x", "sad")]);
    for (sql, params, expected) in [
        (
            "SELECT id FROM t WHERE id = $1 AND word = $2",
            vec![json!(1), json!("x")],
            int(1),
        ),
        ("SELECT id FROM t WHERE m = $1", vec![json!("glad")], int(2)),
        (
            "SELECT $1::text",
            vec![json!("'; DROP TABLE t; --")],
            text("'; DROP TABLE t; --"),
        ),
        (
            "SELECT $1::numeric + 1",
            vec![json!("12345678901234567890.5")],
            text("12345678901234567891.5"),
        ),
        (
            "SELECT $1::jsonb",
            vec![json!({ "a": [1] })],
            text("{\"a\": [1]}"),
        ),
        ("SELECT $1::bool", vec![json!(true)], int(1)),
        ("SELECT $1::int", vec![json!(null)], Owned::Null),
        ("VALUES (1)", vec![], int(1)),
        ("WITH w AS (SELECT 2) TABLE w", vec![], int(2)),
        ("SHOW transaction_read_only", vec![], text("on")),
        (
            "-- why\nexplain (costs off) SELECT 1",
            vec![],
            text("Result"),
        ),
        ("SELECT pg_typeof(pg_sleep(0))", vec![], text("void")),
    ] {
        let answer = ask(&mut *session, &question(sql, params)).await;
        let answer = answer.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(answer.rows[0][0], expected, "{sql}");
    }
    let empty = question("SELECT m FROM t WHERE false", vec![]);
    let empty = ask(&mut *session, &empty).await.unwrap();
    assert_eq!((empty.names(), empty.rows.len()), (vec!["m"], 0));
    let none = ask(&mut *session, &question("SELECT", vec![]))
        .await
        .unwrap();
    assert_eq!((none.columns.len(), none.rows.len()), (0, 0));
}

#[tokio::test]
async fn one_row_more_than_the_limit_tells_that_there_are_more() {
    let Some(database) = Database::with("").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    for (sql, limit, count) in [
        ("SELECT generate_series(1, 1000000)", 10, 11),
        ("SELECT generate_series(1, 10)", 10, 10),
        ("SELECT generate_series(1, 10)", 0, 1),
        ("SHOW ALL", 3, 4),
    ] {
        let mut query = question(sql, vec![]);
        query.limit = limit;
        let answer = ask(&mut *session, &query).await.unwrap();
        assert_eq!(answer.rows.len(), count, "{sql}");
    }
    nothing_runs_in(&database).await;
}

#[tokio::test]
async fn no_statement_changes_anything() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let file = std::env::temp_dir().join(format!("headwater written {}", std::process::id()));
    let (to_file, to_program) = (
        format!("COPY t TO '{}'", file.display()),
        format!("COPY t TO PROGRAM 'cat > \"{}\"'", file.display()),
    );
    let behind_return = format!(
        "-- \rCOPY t TO PROGRAM 'cat > \"{}\"\nSHOW'",
        file.display()
    );
    for sql in [
        &behind_return,
        "SELECT 1; DROP TABLE t",
        "COMMIT; DROP TABLE t",
        "COMMIT",
        "COMMIT AND CHAIN",
        "ROLLBACK",
        "END",
        "DROP TABLE t",
        "DELETE FROM t",
        "INSERT INTO t VALUES (3) RETURNING id",
        "WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone",
        "SELECT * INTO copied FROM t",
        &to_file,
        &to_program,
        "COPY t FROM PROGRAM 'echo 3'",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET default_transaction_read_only = off",
        "SET TRANSACTION READ WRITE",
        "DO $$ BEGIN DELETE FROM t; END $$",
        "CALL p()",
        "SELECT changes()",
        "SELECT unlocks()",
        "SELECT sets()",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN ANALYZE SELECT changes()",
        "EXPLAIN SELECT 1; DROP TABLE t",
        "SHOW transaction_read_only; DROP TABLE t",
        "/* SHOW */ DELETE FROM t",
        "/*/* SHOW */*/ DELETE FROM t",
        "-- SHOW\nDELETE FROM t",
        "SELECT nextval('s')",
        "PREPARE x AS DELETE FROM t",
        "EXECUTE x",
        "VACUUM t",
        "LOCK TABLE t IN ACCESS EXCLUSIVE MODE",
        "LISTEN x",
        "SELECT * FROM t FOR UPDATE",
        "SELECT 1) AS query (c0) LIMIT 1; DROP TABLE t; --",
        "SELECT 1 /*",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "",
        ";",
        "SELECT '\0'",
        "SELECT $1",
        "SELECT id FROM t WHERE id = $2",
    ] {
        let error = ask(&mut *session, &question(sql, vec![]))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidQuery, "{sql} {error:?}");
        assert!(
            error.server_message.is_some() || sql.contains('\0'),
            "{sql}"
        );
        let still = question("SELECT count(*) FROM t", vec![]);
        let still = ask(&mut *session, &still).await.unwrap();
        assert_eq!(still.rows, [[int(2)]], "{sql}");
    }
    // What the server explains by running it is taken back.
    let made = question("EXPLAIN ANALYZE CREATE TABLE copied AS SELECT 1", vec![]);
    let _ = ask(&mut *session, &made).await;
    let copied = "SELECT count(*) FROM pg_class WHERE relname = 'copied'";
    let copied: i64 = database.admin.query_one(copied, &[]).await.unwrap().get(0);
    assert_eq!((copied, file.exists()), (0, false));
}

#[tokio::test]
async fn what_no_transaction_takes_back_is_not_called() {
    let Some(database) = Database::with("").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let slot = format!(
        "slot_{}",
        database
            .name
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    );
    let slot = slot.to_lowercase();
    let file = std::env::temp_dir().join(&slot);
    let large = "SELECT lo_from_bytea(0, 'x')";
    let large: u32 = database.admin.query_one(large, &[]).await.unwrap().get(0);
    for sql in [
        format!("SELECT lo_export({large}, '{}')", file.display()),
        format!(
            "SELECT pg_catalog.\"lo_export\" ({large}, '{}')",
            file.display()
        ),
        format!("SELECT slot_name FROM pg_create_physical_replication_slot('{slot}')"),
        format!("EXPLAIN ANALYZE SELECT pg_create_physical_replication_slot('{slot}')"),
        format!(
            "SELECT query_to_xml('SELECT pg_create_physical_replication_slot(''{slot}'')', true, true, '')"
        ),
        "SELECT pg_switch_wal()".to_owned(),
        "SELECT pg_read_file('PG_VERSION')".to_owned(),
        "SELECT pg_terminate_backend(pg_backend_pid())".to_owned(),
    ] {
        let refused = ask(&mut *session, &question(&sql, vec![])).await;
        assert_eq!(refused.unwrap_err().kind, ErrorKind::InvalidQuery, "{sql}");
    }
    let slots = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1";
    let slots = database.admin.query_one(slots, &[&slot]).await.unwrap();
    assert_eq!((slots.get::<_, i64>(0), file.exists()), (0, false));
}

#[tokio::test]
async fn a_refusal_has_the_servers_words_and_the_place() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    for (sql, code, place) in [
        ("SELEC 1", "42601", Some(1)),
        ("SELECT 'ü', nothing FROM t", "42703", Some(13)),
        ("EXPLAIN SELECT nothing", "42703", Some(16)),
        ("SELECT 1/0", "22012", None),
        ("SELECT 1/(id-2) FROM t", "22012", None),
        ("SELECT id FROM t WHERE id = 'one'", "22P02", Some(29)),
    ] {
        let error = ask(&mut *session, &question(sql, vec![]))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidQuery, "{sql}");
        assert_eq!(error.server_code.as_deref(), Some(code), "{sql}");
        assert_eq!(error.position.map(NonZeroU32::get), place, "{sql}");
        let told = place.map(|at| format!("at character {at}."));
        let tells = told.map_or(!error.message.contains("character"), |t| {
            error.message.contains(&t)
        });
        assert!(tells, "{sql}: {}", error.message);
    }
    let mut other = question("", vec![]);
    other.statement = Statement::Find(Map::new());
    let error = ask(&mut *session, &other).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidQuery);
}

#[tokio::test]
async fn a_statement_ends_when_its_time_is_up_or_nobody_waits_for_it() {
    let Some(database) = Database::with("").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    for sql in [
        "SELECT pg_sleep(600)",
        "SELECT set_config('statement_timeout', '0', false), pg_sleep(600)",
    ] {
        let mut slow = question(sql, vec![]);
        slow.timeout = Duration::from_millis(300);
        let error = ask(&mut *session, &slow).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Timeout, "{error:?}");
        // The server ended it, before we had to.
        assert_eq!(error.server_code.as_deref(), Some("57014"));
    }
    let slow = question("SELECT pg_sleep(600)", vec![]);
    tokio::select! {
        read = ask(&mut *session, &slow) => panic!("woke up: {read:?}"),
        () = until_count(&database, "wait_event = 'PgSleep'", |asleep| asleep == 1) => {}
    }
    nothing_runs_in(&database).await;
}

#[tokio::test]
async fn nothing_of_a_statement_stays_on_the_session() {
    let locks =
        "CREATE FUNCTION locks() RETURNS text LANGUAGE sql AS 'SELECT pg_advisory_lock(7)::text'";
    let Some(database) = Database::with(locks).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    for sql in [
        "SELECT locks()",
        "SELECT set_config('search_path', 'elsewhere', false)",
    ] {
        ask(&mut *session, &question(sql, vec![])).await.unwrap();
    }
    let path = ask(&mut *session, &question("SHOW search_path", vec![])).await;
    assert_eq!(path.unwrap().rows, [[text("\"$user\", public")]]);
    let locks = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                  WHERE locktype = 'advisory' AND d.datname = current_database()";
    let locks: i64 = database.admin.query_one(locks, &[]).await.unwrap().get(0);
    assert_eq!(locks, 0);
}
