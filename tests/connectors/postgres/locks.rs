//! What is read while other sessions hold locks, or change what is read.

use std::time::{Duration, Instant};

use headwater::connectors::{ErrorKind, Selection};
use headwater::schema::{Schema, Table};
use serde_json::json;

use super::{Database, admin};
use crate::support::app::TestApp;

/// Two tables with all that the server prints from what it opens, and what refers to one of them.
const DDL: &str = r"
    CREATE TABLE calm (id int PRIMARY KEY, n int CHECK (n > 0), d int DEFAULT 1 + 1,
        twice int GENERATED ALWAYS AS (n * 2) STORED);
    CREATE INDEX calm_n ON calm (n); CREATE INDEX calm_half ON calm (n) WHERE n > 1;
    CREATE UNIQUE INDEX calm_more ON calm ((n + 1));
    CREATE TABLE busy (LIKE calm INCLUDING ALL, FOREIGN KEY (n) REFERENCES calm (id));
    CREATE TRIGGER always BEFORE UPDATE ON busy FOR EACH ROW
        EXECUTE FUNCTION suppress_redundant_updates_trigger();
    CREATE TRIGGER sometimes BEFORE UPDATE ON busy FOR EACH ROW WHEN (new.n > 1)
        EXECUTE FUNCTION suppress_redundant_updates_trigger();
    CREATE VIEW of_calm AS SELECT * FROM calm;
    CREATE VIEW of_busy AS SELECT n FROM busy;
    CREATE VIEW of_view AS SELECT n FROM of_busy;
    CREATE TABLE guarded (id int CHECK (id > 0));
    CREATE POLICY asks ON guarded USING (EXISTS (SELECT FROM busy));
    CREATE TABLE days (day date NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE plain (id int PRIMARY KEY, word text DEFAULT 'x');
";

async fn read(database: &Database) -> (Schema, Duration) {
    let mut session = database.connect(json!({})).await;
    let begun = Instant::now();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    (schema, begun.elapsed())
}

fn table<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Table {
    let mut tables = schema.tables.iter_mut();
    tables.find(|table| table.name == name).unwrap()
}

fn unreadable(schema: &Schema) -> Vec<&str> {
    let unreadable = schema.unreadable.iter();
    unreadable.map(|of| of.name.as_str()).collect()
}

#[tokio::test]
async fn a_table_that_another_session_has_locked_keeps_nothing_else_from_being_read() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let (mut expected, _) = read(&database).await;
    let lock = "BEGIN; LOCK TABLE ONLY busy, ONLY days, ONLY days_2026, ONLY plain \
                IN ACCESS EXCLUSIVE MODE";
    database.admin.batch_execute(lock).await.unwrap();
    let (mut found, took) = read(&database).await;
    database.admin.batch_execute("ROLLBACK").await.unwrap();

    assert!(took < Duration::from_secs(8), "{took:?}");
    let names = ["busy", "days", "days_2026", "guarded", "of_busy", "plain"];
    assert_eq!(
        unreadable(&found),
        names.map(|name| format!("public.{name}"))
    );
    let why = |at: usize| found.unreadable[at].why.as_str();
    assert!(why(0).starts_with("It is locked by another session (ALTER TABLE, for example)"));
    assert!(why(4).starts_with("It refers to a table that is locked by another session"));
    assert!(why(0).ends_with("refresh when that is done."));

    let busy = table(&mut expected, "busy");
    busy.checks.clear();
    busy.triggers.retain(|trigger| trigger.name == "always");
    busy.indexes.retain(|index| index.predicate.is_none());
    busy.indexes
        .retain(|index| index.columns.iter().all(|key| key.expression.is_none()));
    assert_eq!(busy.indexes.len(), 2);
    busy.columns[3].generated = None;
    // What was left out may have had a size, and an order among what was not.
    busy.index_size_bytes = table(&mut found, "busy").index_size_bytes;
    table(&mut expected, "of_busy").definition = None;
    let guarded = table(&mut expected, "guarded");
    guarded.row_security = None;
    guarded.checks.clear();
    let days = table(&mut expected, "days").partitioning.as_mut().unwrap();
    days.key.clear();
    found.unreadable.clear();
    assert_eq!(json!(found), json!(expected));
}

#[actix_web::test]
async fn what_a_lock_hides_stays_as_it_was_read_last() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let app = TestApp::start();
    let client = app.admin();
    let connect = json!({"database": database.fields(json!({}))});
    let connected = client.post("/data/default/connect", connect).await.ok();
    let id = &connected["source_id"];
    let refreshed = async || {
        let refresh = client.post("/data/default/schema/refresh", json!({"source_id": id}));
        refresh.await.ok();
        let path = format!("/data/default/schema?source_id={}", id.as_str().unwrap());
        client.get(&path).await.ok()
    };
    let mut first = refreshed().await;
    let lock = "BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE";
    database.admin.batch_execute(lock).await.unwrap();
    let mut again = refreshed().await;
    let unreadable = again["unreadable"].take();
    assert_eq!(unreadable[0]["name"], "public.busy");
    for document in [&mut first, &mut again] {
        for changing in ["captured_at", "unreadable", "version", "fingerprint"] {
            document.as_object_mut().unwrap().remove(changing);
        }
        for table in document["tables"].as_array_mut().unwrap() {
            table.as_object_mut().unwrap().remove("index_size_bytes");
        }
    }
    assert_eq!(again, first);
    // A table of the same name and columns that was made since has nothing of that.
    let anew =
        "ROLLBACK; DROP TABLE busy CASCADE; CREATE TABLE busy (LIKE calm INCLUDING GENERATED)";
    for statement in [anew, lock] {
        database.admin.batch_execute(statement).await.unwrap();
    }
    let other = refreshed().await;
    let tables = other["tables"].as_array().unwrap();
    let busy = tables.iter().find(|table| table["name"] == "busy").unwrap();
    assert!(busy["checks"].is_null(), "{busy}");
}

#[tokio::test]
async fn a_change_that_waits_for_its_lock_keeps_nothing_else_from_being_read() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let held = "BEGIN; SELECT FROM busy";
    database.admin.batch_execute(held).await.unwrap();
    let other = admin(&database.server, &database.name).await;
    let change = tokio::spawn(async move {
        let change = "ALTER TABLE busy ADD COLUMN late int";
        other.batch_execute(change).await
    });
    let waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'busy'::regclass";
    while database.admin.query(waits, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let (found, took) = read(&database).await;
    database.admin.batch_execute("ROLLBACK").await.unwrap();
    change.await.unwrap().unwrap();
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert_eq!(
        unreadable(&found),
        ["public.busy", "public.guarded", "public.of_busy"]
    );
    let (after, _) = read(&database).await;
    assert!(after.unreadable.is_empty());
}

#[tokio::test]
async fn a_lock_that_stops_the_second_of_two_connections_stops_nothing_that_comes_after() {
    let many = "DO $$ BEGIN FOR i IN 1..2000 LOOP
        EXECUTE format('CREATE TABLE t%s (a int, b text, c text, d text, e text, f text, g text)', i);
        END LOOP; END $$;
        CREATE INDEX half ON t7 (a) WHERE a > 1";
    let Some(database) = Database::with(many).await else {
        return;
    };
    let size = "SELECT pg_relation_size('pg_attribute') > 6000000";
    let large = database.admin.query_one(size, &[]).await.unwrap();
    assert!(large.get::<_, bool>(0), "it is not large");
    let lock = "BEGIN; LOCK TABLE t7 IN ACCESS EXCLUSIVE MODE";
    database.admin.batch_execute(lock).await.unwrap();
    let (found, _) = read(&database).await;
    assert_eq!(found.tables.len(), 2000);
    assert_eq!(unreadable(&found), ["public.t7"]);
}

#[tokio::test]
async fn a_lock_on_what_the_server_need_not_open_is_not_waited_for() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let (expected, _) = read(&database).await;
    let lock = "BEGIN; LOCK TABLE plain, days_2026 IN ACCESS EXCLUSIVE MODE";
    database.admin.batch_execute(lock).await.unwrap();
    let (found, _) = read(&database).await;
    assert_eq!(json!(found), json!(expected));
}

#[tokio::test]
async fn a_server_that_stumbles_over_what_is_gone_each_time_says_that_the_schema_changed() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    // As it is for a moment while another session drops the table.
    let gone = "DELETE FROM pg_catalog.pg_class WHERE oid = 'busy'::regclass";
    database.admin.batch_execute(gone).await.unwrap();
    let mut session = database.connect(json!({})).await;
    let error = session.introspect(&Selection::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ServerUnavailable, "{error:?}");
    assert!(error.kind.retryable());
    assert_eq!(error.server_code.as_deref(), Some("XX000"));
    assert!(error.message.contains("changed while it was read"));
    assert!(error.hint.starts_with("Refresh again"));
}
