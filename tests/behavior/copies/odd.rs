//! Tables of odd shapes: very wide ones, large values, names that are one to SQLite, keys that are none.

use mongodb::bson::{Binary, Document, doc, spec::BinarySubtype};
use mysql_async::prelude::Queryable;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::ask;
use crate::behavior::engine::{Engine, unique};
use crate::behavior::mongodb::MongoDb;
use crate::behavior::mysql::MySql;
use crate::behavior::postgres::Postgres;
use crate::behavior::sqlite::Sqlite;
use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::rows::Owned;

/// A running server and a database of the engine.
struct Stage {
    app: TestApp,
    client: Client,
    name: String,
}

impl Stage {
    async fn of(engine: &dyn Engine) -> Self {
        let app = TestApp::start();
        let client = app.admin();
        let files = app.data_dir().join("files");
        std::fs::create_dir_all(&files).unwrap();
        let name = unique();
        let database = engine.make(&name, &files).await;
        client.connect(database).await;
        Self { app, client, name }
    }

    /// Runs a script on a file of SQLite.
    fn script(&self, sql: &str) {
        let name = format!("files/{}.sqlite", self.name);
        let file = Connection::open(self.app.data_dir().join(name)).unwrap();
        file.execute_batch(sql).unwrap();
    }

    /// Copies, and answers the report of the table `t`.
    async fn sync(&self, options: Value) -> Value {
        let body = json!({ "sync_options": options });
        let synced = self.client.post("/data/sync", body).await.ok();
        let tables = synced["sources"][0]["tables"].as_array().unwrap();
        let found = tables.iter().find(|report| report["name"] == "t");
        found.unwrap_or_else(|| panic!("{synced}")).clone()
    }

    async fn ask(&self, sql: &str) -> Vec<Vec<Owned>> {
        ask(&self.client, sql).await
    }
}

/// A value that is too large for an answer is told by its length and its ends.
const LARGE: &str = "SELECT id, octet_length(v), substr(v, 1, 3), substr(v, -3) FROM t";

fn by_rev() -> Value {
    json!({"mode": "upsert", "cursor_columns": {"t": "rev"}})
}

#[actix_web::test]
async fn the_widest_table_of_postgresql_is_copied_and_brought_up_to_date() {
    let Some(engine) = Postgres::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    let admin = engine.admin(&stage.name).await;
    let columns: Vec<_> = (3..=1600).map(|n| format!(", c{n} int")).collect();
    let columns = columns.concat();
    let ones = ", 1".repeat(1598);
    let sql = format!(
        "CREATE TABLE t (id int PRIMARY KEY, rev int{columns});
         INSERT INTO t VALUES (1, 1{ones}), (2, 2{ones})"
    );
    admin.batch_execute(&sql).await.unwrap();
    let first = stage.sync(by_rev()).await;
    assert_eq!(first["rows_written"], 2, "{first}");
    let change = "UPDATE t SET c1600 = 2, rev = 3 WHERE id = 2";
    admin.batch_execute(change).await.unwrap();
    let second = stage.sync(by_rev()).await;
    assert_eq!(
        (&second["strategy"], &second["rows_written"]),
        (&json!("upsert"), &json!(1)),
        "{second}"
    );
    let last = stage.ask("SELECT c1600 FROM t ORDER BY id").await;
    assert_eq!(last, [[Owned::Integer(1)], [Owned::Integer(2)]]);
}

#[actix_web::test]
async fn a_table_that_is_wider_than_a_copy_can_be_says_so_and_the_others_are_copied() {
    for name in ["mysql", "mariadb"] {
        let Some(engine) = MySql::chosen(name) else {
            continue;
        };
        let stage = Stage::of(&engine).await;
        let columns: Vec<_> = (1..=2001).map(|n| format!("c{n} tinyint")).collect();
        let columns = columns.join(", ");
        let sql = format!("CREATE TABLE {}.t ({columns}) ENGINE MyISAM", stage.name);
        let mut admin = engine.admin().await;
        admin.query_drop(sql).await.unwrap();
        admin.disconnect().await.unwrap();
        let report = stage.sync(json!({})).await;
        assert_eq!(report["status"], "failed", "{report}");
        let message = report["error"]["message"].as_str().unwrap();
        assert!(message.contains("2,000 columns"), "{report}");
        let others = stage.ask("SELECT count(*) FROM customers").await;
        assert_eq!(others, [[Owned::Integer(3)]]);
    }
}

/// Copies the table, and checks that its only value has so many bytes between its ends.
async fn is_copied(stage: &Stage, count: i64) {
    let report = stage.sync(json!({})).await;
    assert_eq!(report["status"], "copied", "{report}");
    let expected = [
        Owned::Integer(1),
        Owned::Integer(count + 6),
        "abc".into(),
        "end".into(),
    ];
    assert_eq!(stage.ask(LARGE).await, [expected]);
}

#[actix_web::test]
async fn a_table_that_took_the_name_of_another_is_copied_whole() {
    let Some(engine) = Postgres::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    let admin = engine.admin(&stage.name).await;
    let made = "CREATE TABLE t (id int PRIMARY KEY, rev int NOT NULL);
                INSERT INTO t SELECT n, n FROM generate_series(1, 9) n";
    admin.batch_execute(made).await.unwrap();
    let first = stage.sync(by_rev()).await;
    assert_eq!(first["rows_total"], 9, "{first}");
    let exchanged = "CREATE TABLE fresh (id int PRIMARY KEY, rev int NOT NULL);
                     INSERT INTO fresh VALUES (3, 1), (70, 2);
                     ALTER TABLE t RENAME TO stale; ALTER TABLE fresh RENAME TO t";
    admin.batch_execute(exchanged).await.unwrap();
    let second = stage.sync(by_rev()).await;
    assert_eq!(
        (&second["strategy"], &second["rows_total"]),
        (&json!("full_refresh"), &json!(2)),
        "{second}"
    );
    assert!(
        second["reason"].to_string().contains("another table"),
        "{second}"
    );
    let rows = [[3, 1], [70, 2]].map(|row| row.map(Owned::Integer).to_vec());
    assert_eq!(stage.ask("SELECT id, rev FROM t ORDER BY id").await, rows);
    let third = stage.sync(by_rev()).await;
    assert_eq!(third["strategy"], "upsert", "{third}");
    // Late, and less by the cursor than what was copied before.
    let late = "INSERT INTO t VALUES (1, -2000)";
    admin.batch_execute(late).await.unwrap();
    let mut options = by_rev();
    options["detect_deletes"] = json!(true);
    let fourth = stage.sync(options).await;
    assert_eq!(fourth["rows_total"], 2, "{fourth}");
    assert!(
        fourth["blind_spots"]
            .to_string()
            .contains("1 of the source's rows"),
        "{fourth}"
    );
}

#[actix_web::test]
async fn a_hundred_megabytes_of_postgresql_are_one_value() {
    let Some(engine) = Postgres::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    let admin = engine.admin(&stage.name).await;
    let sql = "CREATE TABLE t (id int PRIMARY KEY, v text);
               INSERT INTO t VALUES (1, 'abc' || repeat('x', 100000000) || 'end')";
    admin.batch_execute(sql).await.unwrap();
    is_copied(&stage, 100_000_000).await;
}

/// A row is sent in one packet, of a size that the server bounds.
async fn the_largest_row_is_copied(name: &'static str) {
    let Some(engine) = MySql::chosen(name) else {
        return;
    };
    let stage = Stage::of(&engine).await;
    let mut admin = engine.admin().await;
    let most = admin.query_first("SELECT @@max_allowed_packet").await;
    let most: i64 = most.unwrap().unwrap();
    let (t, count) = (format!("{}.t", stage.name), most - 4096);
    for sql in [
        format!("CREATE TABLE {t} (id int PRIMARY KEY, v longtext)"),
        format!("INSERT INTO {t} VALUES (1, CONCAT('abc', REPEAT('x', {count}), 'end'))"),
    ] {
        admin.query_drop(sql).await.unwrap();
    }
    admin.disconnect().await.unwrap();
    is_copied(&stage, count).await;
}

#[actix_web::test]
async fn the_largest_row_that_mysql_sends_is_copied() {
    the_largest_row_is_copied("mysql").await;
}

#[actix_web::test]
async fn the_largest_row_that_mariadb_sends_is_copied() {
    the_largest_row_is_copied("mariadb").await;
}

#[actix_web::test]
async fn a_value_of_a_file_is_copied_up_to_the_bound_and_refused_beyond_it() {
    let Some(engine) = Sqlite::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    stage.script(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v);
         INSERT INTO t VALUES (1, printf('abc%.*cend', 100000000, 'x'))",
    );
    // A file is a stranger's: what is beyond 64 MiB is not taken into memory.
    let report = stage.sync(json!({})).await;
    assert_eq!(report["error"]["code"], "limit_exceeded", "{report}");
    stage.script("UPDATE t SET v = printf('abc%.*cend', 60000000, 'x')");
    is_copied(&stage, 60_000_000).await;
}

#[actix_web::test]
async fn the_largest_document_is_copied_with_all_its_text() {
    let Some(engine) = MongoDb::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    let t = engine
        .admin()
        .database(&stage.name)
        .collection::<Document>("t");
    let text = "é".repeat(4 << 20);
    let bytes = Binary {
        subtype: BinarySubtype::Generic,
        bytes: vec![0xff; (8 << 20) - 200],
    };
    let document = doc! { "_id": 1, "text": &text, "bytes": bytes };
    assert!(document.to_vec().unwrap().len() > (16 << 20) - 200);
    t.insert_one(document).await.unwrap();
    let report = stage.sync(json!({})).await;
    assert_eq!(report["status"], "copied", "{report}");
    let large = stage
        .ask("SELECT octet_length(text), octet_length(bytes), substr(text, -1), octet_length(_document) > 16000000 FROM t")
        .await;
    let expected = [
        Owned::Integer(8 << 20),
        Owned::Integer((8 << 20) - 200),
        "é".into(),
        Owned::Integer(1),
    ];
    assert_eq!(large, [expected]);
}

/// Names that are one name, or one of its own, to SQLite.
const NAMES: [&str; 9] = [
    "name", "Name", "NAME", "rowid", "_rowid_", "oid", " ", "é", "É",
];

#[actix_web::test]
async fn names_that_are_one_to_sqlite_are_told_apart_in_the_copy() {
    let statement = "SELECT name, Name_2, NAME_3, rowid, _rowid_, oid, \" \", \"é\", \"É\" FROM t";
    let expected: Vec<Owned> = NAMES.iter().map(|name| (*name).into()).collect();
    if let Some(engine) = Postgres::chosen() {
        let stage = Stage::of(&engine).await;
        let columns = NAMES.map(|name| format!("\"{name}\" text")).join(", ");
        let values = NAMES.map(|name| format!("'{name}'")).join(", ");
        let sql = format!(
            "CREATE TABLE t ({columns}, PRIMARY KEY (\"NAME\")); INSERT INTO t VALUES ({values});
             CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; GRANT SELECT ON nothing TO PUBLIC"
        );
        engine
            .admin(&stage.name)
            .await
            .batch_execute(&sql)
            .await
            .unwrap();
        for strategy in ["full_refresh", "upsert"] {
            let report = stage
                .sync(json!({"mode": if strategy == "upsert" { "upsert" } else { "full_refresh" }}))
                .await;
            assert_eq!(report["strategy"], strategy, "{report}");
            assert_eq!(stage.ask(statement).await, std::slice::from_ref(&expected));
        }
        let synced = stage.client.post("/data/sync", json!({})).await.ok();
        let tables = synced["sources"][0]["tables"].as_array().unwrap();
        let nothing = tables
            .iter()
            .find(|table| table["name"] == "nothing")
            .unwrap();
        assert_eq!(
            (&nothing["status"], &nothing["reason"]),
            (&json!("skipped"), &json!("It has no columns.")),
            "{nothing}"
        );
    }
    if let Some(engine) = MongoDb::chosen() {
        let stage = Stage::of(&engine).await;
        let t = engine
            .admin()
            .database(&stage.name)
            .collection::<Document>("t");
        let mut document = doc! { "_id": 1 };
        document.extend(NAMES.map(|name| (name.to_owned(), name.into())));
        document.insert("", "empty");
        t.insert_one(document).await.unwrap();
        for _ in 0..2 {
            let report = stage.sync(json!({"incremental": true})).await;
            assert_eq!(report["status"], "copied", "{report}");
            assert_eq!(stage.ask(statement).await, std::slice::from_ref(&expected));
            assert_eq!(stage.ask("SELECT \"\" FROM t").await, [["empty".into()]]);
        }
    }
}

#[actix_web::test]
async fn a_key_that_is_null_or_a_text_is_no_number() {
    let Some(engine) = Sqlite::chosen() else {
        return;
    };
    for (declared, keys) in [
        // The one that is not another name of the row's number.
        ("INTEGER PRIMARY KEY DESC", "(NULL, 1), (NULL, 2), (7, 3)"),
        ("INTEGER NOT NULL PRIMARY KEY DESC", "('x', 1), (7, 3)"),
        ("TEXT PRIMARY KEY", "(NULL, 1), (NULL, 2), ('a', 3)"),
    ] {
        let stage = Stage::of(&engine).await;
        stage.script(&format!(
            "CREATE TABLE t (id {declared}, rev INTEGER NOT NULL); INSERT INTO t VALUES {keys}"
        ));
        for rows in 0..3 {
            let report = stage.sync(by_rev()).await;
            assert_eq!(report["status"], "copied", "{declared}: {report}");
            let file = stage
                .app
                .data_dir()
                .join(format!("files/{}.sqlite", stage.name));
            let file = Connection::open(file).unwrap();
            let mut all = file.prepare("SELECT id, rev FROM t ORDER BY rev").unwrap();
            let all = all.query_map([], |row| {
                Ok(vec![row.get_ref(0)?.into(), row.get_ref(1)?.into()])
            });
            let all: Vec<Vec<Owned>> = all.unwrap().map(Result::unwrap).collect();
            let copied = stage.ask("SELECT id, rev FROM t ORDER BY rev").await;
            assert_eq!(copied, all, "{declared}, sync {rows}");
            let id = if rows == 0 && !declared.contains("NOT NULL") {
                "NULL"
            } else {
                "9"
            };
            stage.script(&format!(
                "INSERT OR REPLACE INTO t VALUES ({id}, 10 + {rows})"
            ));
        }
    }
}

#[actix_web::test]
async fn what_sql_takes_for_equal_is_changed_all_the_same() {
    let Some(engine) = Sqlite::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    stage.script("CREATE TABLE t (id INTEGER PRIMARY KEY, rev INTEGER, v); INSERT INTO t VALUES (1, 1, 0.0), (2, 2, 1), (3, 3, x'61')");
    stage.sync(by_rev()).await;
    stage.script("UPDATE t SET v = -0.0, rev = 4 WHERE id = 1; UPDATE t SET v = 1.0, rev = 5 WHERE id = 2; UPDATE t SET rev = 6 WHERE id = 3");
    // The numbers of the cursor count too.
    let report = stage
        .sync(json!({"mode": "upsert", "cursor_columns": {"t": "id"}}))
        .await;
    assert_eq!(report["strategy"], "full_refresh", "{report}");
    stage.script("UPDATE t SET v = 0.0 WHERE id = 1; UPDATE t SET v = 1 WHERE id = 2");
    stage.sync(by_rev()).await;
    stage.script(
        "UPDATE t SET v = -0.0, rev = 7 WHERE id = 1; UPDATE t SET v = 1.0, rev = 8 WHERE id = 2",
    );
    let report = stage.sync(by_rev()).await;
    assert_eq!(
        (&report["strategy"], &report["rows_written"]),
        (&json!("upsert"), &json!(2)),
        "{report}"
    );
    let all = stage.ask("SELECT v FROM t ORDER BY id").await;
    let expected = [
        Owned::Real(-0.0),
        Owned::Real(1.0),
        Owned::Blob(b"a".to_vec()),
    ];
    assert_eq!(all, expected.map(|value| vec![value]));
}

#[actix_web::test]
async fn rows_that_are_read_again_for_want_of_a_key_are_there_once() {
    let Some(engine) = Sqlite::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    stage.script("CREATE TABLE t (rev INTEGER, v); INSERT INTO t VALUES (1, 'a'), (9, 'b'), (10, 'c'), (10, 'd')");
    let append = || json!({"mode": "append", "cursor_columns": {"t": "rev"}});
    stage.sync(append()).await;
    stage.script("INSERT INTO t VALUES (10, 'e'), (11, 'f')");
    let report = stage.sync(append()).await;
    assert_eq!(report["strategy"], "append", "{report}");
    let all = stage.ask("SELECT v FROM t ORDER BY v").await;
    assert_eq!(all, ["a", "b", "c", "d", "e", "f"].map(|v| vec![v.into()]));
}

#[actix_web::test]
async fn a_table_of_sqlites_widest_is_copied() {
    let Some(engine) = Sqlite::chosen() else {
        return;
    };
    let stage = Stage::of(&engine).await;
    let columns: Vec<_> = (3..=2000).map(|n| format!(", c{n}")).collect();
    let columns = columns.concat();
    stage.script(&format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, rev INTEGER{columns}); INSERT INTO t (id, rev, c2000) VALUES (1, 1, 'end')"
    ));
    assert_eq!(stage.sync(by_rev()).await["status"], "copied");
    stage.script("UPDATE t SET c2000 = 'END', rev = 2");
    let report = stage.sync(by_rev()).await;
    assert_eq!(
        (&report["strategy"], &report["rows_written"]),
        (&json!("upsert"), &json!(1)),
        "{report}"
    );
    assert_eq!(stage.ask("SELECT c2000 FROM t").await, [["END".into()]]);
}
