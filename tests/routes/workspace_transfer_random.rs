//! Workspaces and damages at random.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use rusqlite::types::Value as Stored;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::workspace_archive::{archive, left, send_archive};
use super::workspace_transfer::{app_with_workspace, content, exported, import, resealed};
use crate::support::app::TestApp;
use crate::support::client::{Client, send};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// How many cases are tried; more by `HEADWATER_TEST_CASES`.
fn cases(unless_told: u32) -> Config {
    let text = std::env::var("HEADWATER_TEST_CASES").unwrap_or_default();
    Config {
        cases: text.parse().unwrap_or(unless_told),
        failure_persistence: None,
        max_shrink_iters: 20,
        ..Config::default()
    }
}

/// What is done to some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Without(prop::sample::Index, prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let bits = 1_u8..;
    let inserted = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..20),
        (1_usize..300_000).prop_map(|depth| vec![b'['; depth]),
        (1_usize..1_000_000).prop_map(|length| vec![b'7'; length]),
        Just(b"\"id\":1,".to_vec()),
        Just(b"null".to_vec()),
    ];
    prop_oneof![
        (at(), bits).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        at().prop_map(Damage::Cut),
        (at(), at()).prop_map(|(one, other)| Damage::Repeat(one, other)),
        (at(), at()).prop_map(|(one, other)| Damage::Without(one, other)),
        (at(), inserted).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

impl Damage {
    fn done(&self, bytes: &[u8]) -> Vec<u8> {
        let length = bytes.len();
        let span = |one: &prop::sample::Index, other: &prop::sample::Index| {
            let (one, other) = (one.index(length), other.index(length));
            one.min(other)..one.max(other)
        };
        let mut all = bytes.to_vec();
        match self {
            Self::Flip(at, bits) => all[at.index(length)] ^= bits,
            Self::Cut(at) => all.truncate(at.index(length)),
            Self::Repeat(one, other) => {
                let span = span(one, other);
                all.splice(span.end..span.end, bytes[span.clone()].iter().copied());
            }
            Self::Without(one, other) => drop(all.drain(span(one, other))),
            Self::Insert(at, more) => {
                let at = at.index(length);
                all.splice(at..at, more.iter().copied());
            }
        }
        all
    }
}

/// Another value at some place of a document, with the checksum that fits.
fn edited(document: &Value, at: prop::sample::Index, to: &Value) -> Value {
    fn places(value: &Value, path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    places(value, &format!("{path}/{name}"), all);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    places(value, &format!("{path}/{at}"), all);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    places(document, "", &mut all);
    let mut document = document.clone();
    let place = &all[1..][at.index(all.len() - 1)];
    *document.pointer_mut(place).unwrap() = to.clone();
    resealed(document)
}

/// A document is either taken as a whole, or nothing of it is kept.
async fn all_or_nothing(app: &TestApp, bob: &Client, status: u16) {
    assert!([200, 400, 413, 422].contains(&status), "{status}");
    let listed = bob.get("/workspaces/list").await.ok();
    for workspace in listed.as_array().unwrap() {
        assert_eq!(status, 200, "{workspace}");
        let id = workspace["id"].as_str().unwrap();
        let path = format!("/workspaces/{id}/delete");
        bob.post(&path, json!({})).await.ok();
    }
    assert_eq!(left(app), Vec::<String>::new());
}

#[test]
fn whatever_is_damaged_is_taken_as_a_whole_or_not_at_all() {
    let (source, admin) = RUNTIME.block_on(app_with_workspace());
    let whole = json!({"include_data": true});
    let document = RUNTIME.block_on(exported(&admin, "default", whole.clone()));
    let text = document.to_string();
    let archived = RUNTIME.block_on(archive(&admin, "default", whole));
    drop(source);
    let app = TestApp::start();
    let bob = app.admin();
    let values = prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!(true)),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(Value::from("x".repeat(1 << 20))),
    ];
    let how = (0..3, damage(), any::<prop::sample::Index>(), values);
    let tried = TestRunner::new(cases(60)).run(&how, |(how, damage, at, value)| {
        RUNTIME.block_on(async {
            let path = "/workspaces/import-tables";
            let status = match how {
                0 => {
                    bob.post_bytes(path, damage.done(text.as_bytes()))
                        .await
                        .status
                }
                1 => send_archive(&bob, "", damage.done(&archived)).await.status,
                _ => import(&bob, edited(&document, at, &value)).await.status,
            };
            all_or_nothing(&app, &bob, status).await;
        });
        Ok(())
    });
    tried.unwrap();
    let peak = app.peak_memory();
    assert!(peak < 600 << 20, "{peak} bytes");
}

#[derive(Debug, Clone)]
struct Table {
    rows: Vec<Vec<Stored>>,
    has_key: bool,
}

fn stored() -> impl Strategy<Value = Stored> {
    prop_oneof![
        Just(Stored::Null),
        any::<i64>().prop_map(Stored::Integer),
        any::<f64>().prop_map(Stored::Real),
        "\\PC{0,30}".prop_map(Stored::Text),
        prop::collection::vec(any::<u8>(), 0..30).prop_map(Stored::Blob),
    ]
}

fn table() -> impl Strategy<Value = Table> {
    let rows = |width| prop::collection::vec(prop::collection::vec(stored(), width), 0..20);
    let rows = (1_usize..5).prop_flat_map(rows);
    (rows, any::<bool>()).prop_map(|(rows, has_key)| Table { rows, has_key })
}

/// Puts tables into a file that a source can be connected to.
fn put(app: &TestApp, name: &str, tables: &[Table]) {
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = rusqlite::Connection::open(files.join(name)).unwrap();
    for (number, table) in tables.iter().enumerate() {
        let width = table.rows.first().map_or(1, Vec::len);
        let mut columns: Vec<_> = (0..width).map(|at| format!("c{at}")).collect();
        if table.has_key {
            columns.insert(0, "id INTEGER PRIMARY KEY".to_owned());
        }
        let columns = columns.join(", ");
        file.execute_batch(&format!("CREATE TABLE \"t {number}\" ({columns})"))
            .unwrap();
        for (id, row) in (0_i64..).zip(&table.rows) {
            let mut values = row.clone();
            if table.has_key {
                values.insert(0, Stored::Integer(id));
            }
            let marks = vec!["?"; values.len()].join(", ");
            let sql = format!("INSERT INTO \"t {number}\" VALUES ({marks})");
            file.execute(&sql, rusqlite::params_from_iter(values))
                .unwrap();
        }
    }
}

/// Makes the workspace `w`, reads the schemas, copies all of it, some of it twice.
async fn made(app: &TestApp, tables: &[Vec<Table>], csv: &str, projects: usize, twice: bool) {
    let admin = app.admin();
    admin
        .post("/workspaces/save", json!({"id": "w", "name": "W"}))
        .await
        .ok();
    let upload = admin.request(Method::POST, "/data/w/files?name=a.csv");
    send(upload.body(csv.to_owned())).await.ok();
    let mut sources = Vec::new();
    let file =
        json!({"type": "file", "name": "csv", "connection_config": {"path": "uploads/a.csv"}});
    let connected = admin
        .post("/data/w/connect", json!({"sources": [file]}))
        .await
        .ok();
    sources.push(connected["connected_sources"][0]["id"].clone());
    for (number, tables) in tables.iter().enumerate() {
        let name = format!("s{number}");
        put(app, &format!("{name}.sqlite"), tables);
        let database = json!({"url": format!("sqlite:{name}.sqlite"), "name": name});
        let connected = admin
            .post("/data/w/connect", json!({"database": database}))
            .await
            .ok();
        sources.push(connected["source_id"].clone());
    }
    for source in &sources {
        let id = source.as_str().unwrap();
        admin
            .get(&format!("/data/w/schema?source_id={id}"))
            .await
            .ok();
    }
    for _ in 0..=u8::from(twice) {
        let options = json!({"sync_options": {"incremental": twice}});
        admin.post("/data/w/sync", options).await;
    }
    for number in 0..projects {
        let ids = &sources[..number % (sources.len() + 1)];
        let project =
            json!({"name": format!("P{number}"), "source_ids": ids, "metadata": {"n": number}});
        admin
            .post("/projects/w/save", json!({"project": project}))
            .await
            .ok();
    }
}

#[test]
fn any_workspace_is_the_same_elsewhere() {
    let how = (
        prop::collection::vec(prop::collection::vec(table(), 0..4), 0..3),
        "a,b\n([a-z]{0,5},[0-9]{1,5}\n){0,9}",
        0_usize..4,
        any::<bool>(),
    );
    let tried = TestRunner::new(cases(4)).run(&how, |(tables, csv, projects, twice)| {
        RUNTIME.block_on(async {
            let app = TestApp::start();
            made(&app, &tables, &csv, projects, twice).await;
            let (admin, whole) = (app.admin(), json!({"include_data": true}));
            let document = exported(&admin, "w", whole.clone()).await;
            let archived = archive(&admin, "w", whole.clone()).await;
            let elsewhere = TestApp::start();
            let other = elsewhere.admin();
            send_archive(&other, "", archived).await.ok();
            let again = exported(&other, "w", whole.clone()).await;
            assert_eq!(content(again), content(document.clone()));
            // All ids are others where they are taken: to count is what has none.
            let given = json!({"export_data": document, "workspace_id": "x"});
            import(&other, given).await.ok();
            let copy = exported(&other, "x", whole).await;
            assert_eq!(copy["summary"], document["summary"]);
            let rows = |document: &Value| -> Vec<String> {
                let copies = document["copies"].as_array().unwrap().iter();
                let mut all: Vec<_> = copies.map(|copy| copy["data"].to_string()).collect();
                all.sort_unstable();
                all
            };
            assert_eq!(rows(&copy), rows(&document));
        });
        Ok(())
    });
    tried.unwrap();
}
