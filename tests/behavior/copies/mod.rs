//! Tables of chance, put in by an engine's own client, copied over HTTP, and compared with what that
//! client says of them; then changed, and copied by what changed.
//!
//! `HEADWATER_TEST_CASES` says how many tables; a few unless told.

mod dice;
mod mongodb;
mod mysql;
mod odd;
mod postgres;
mod sqlite;

use async_trait::async_trait;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::engine::unique;
use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::rows::Owned;

/// A source whose tables have the columns `id`, `rev` (that of the last change), `c0`, `c1`, …
#[async_trait]
trait Source {
    /// The fields of its connection.
    fn database(&self) -> Value;

    /// How many kinds of columns there are to choose from.
    fn kinds(&self) -> usize;

    /// Makes a table with columns of these kinds.
    async fn create(&mut self, table: &str, kinds: &[usize]);

    /// Drops a table.
    async fn drop_table(&mut self, table: &str);

    /// Puts a row in, in place of the one of that id; a value is what the dice of its number show.
    async fn put(&mut self, table: &str, kinds: &[usize], row: &Row);

    /// What the source says that it holds, by id.
    async fn stored(&mut self, table: &str, kinds: &[usize]) -> Vec<Vec<Owned>>;

    /// The value of the column at that place as it can be compared with what is stored.
    fn comparable(&self, _columns: usize, _at: usize, copied: Owned) -> Owned {
        copied
    }

    /// The statement on the copy that answers the same: by expressions, which have no type, so that
    /// values come as they are stored.
    fn statement(&self, table: &str, columns: usize) -> String {
        let columns: Vec<_> = (0..columns).map(|n| format!(", +c{n}")).collect();
        format!(
            "SELECT id, rev{} FROM {table} ORDER BY id",
            columns.concat()
        )
    }
}

/// What an answer has for a value: JSON knows no infinity either.
fn answered(stored: &Owned) -> Owned {
    match stored.copied() {
        Owned::Real(number) if number.is_infinite() => if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .into(),
        other => other,
    }
}

/// A row to be put in.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    rev: i64,
    values: Vec<Option<u64>>,
}

/// A table, and what becomes of it: ids, and a number for each value, or none.
type Change = (i64, Vec<Option<u64>>);
type Case = (Vec<prop::sample::Index>, Vec<Change>, Vec<Change>);

fn case() -> impl Strategy<Value = Case> {
    let values = prop::collection::vec(prop::option::weighted(0.85, any::<u64>()), 12);
    let changes = |most| prop::collection::vec((0..40_i64, values.clone()), 0..most);
    let kinds = prop::collection::vec(any::<prop::sample::Index>(), 1..12);
    (kinds, changes(30), changes(12))
}

/// Runs all cases on one source.
fn compare<S: Source>(make: impl AsyncFnOnce(&str, &std::path::Path) -> S) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cases = std::env::var("HEADWATER_TEST_CASES").map_or(3, |cases| cases.parse().unwrap());
    let app = TestApp::start();
    let client = app.admin();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let source = runtime.block_on(async {
        let source = make(&unique(), &files).await;
        client.connect(source.database()).await;
        source
    });
    let source = std::cell::RefCell::new(source);
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases,
        max_shrink_iters: 10,
        failure_persistence: None,
        ..Config::default()
    });
    let ran = runner.run(&case(), |case| {
        number.set(number.get() + 1);
        let table = format!("chance_{}", number.get());
        let mut source = source.borrow_mut();
        runtime.block_on(async {
            let ran = one(&client, &mut *source, &table, case).await;
            source.drop_table(&table).await;
            ran
        })
    });
    ran.unwrap();
}

async fn one(
    client: &Client,
    source: &mut impl Source,
    table: &str,
    (kinds, first, later): Case,
) -> Result<(), TestCaseError> {
    let kinds: Vec<_> = kinds
        .iter()
        .map(|kind| kind.index(source.kinds()))
        .collect();
    source.create(table, &kinds).await;
    let mut rev = 0;
    for (changes, full) in [(first, true), (later, false)] {
        for (id, values) in changes {
            rev += 1;
            let row = Row { id, rev, values };
            source.put(table, &kinds, &row).await;
        }
        let body = json!({"sync_options": {"mode": if full { "full_refresh" } else { "upsert" }, "cursor_columns": {table: "rev"}}});
        let synced = client.post("/data/sync", body).await.ok();
        let tables = synced["sources"][0]["tables"].as_array().unwrap();
        let report = tables.iter().find(|report| report["name"] == table);
        let report = report.unwrap_or_else(|| panic!("{table} is not in {synced}"));
        prop_assert_eq!(&report["status"], "copied", "{}", report);
        let stored = source.stored(table, &kinds).await;
        let statement = source.statement(table, kinds.len());
        let copied = ask(client, &statement).await;
        prop_assert_eq!(copied.len(), stored.len());
        for (copied, stored) in copied.iter().zip(&stored) {
            for (at, (copied, stored)) in copied.iter().zip(stored).enumerate() {
                let kind = at.checked_sub(2).and_then(|at| kinds.get(at));
                let copied = source.comparable(kinds.len(), at, copied.clone());
                prop_assert_eq!(copied, answered(stored), "kind {:?} of {}", kind, report);
            }
        }
    }
    Ok(())
}

/// Asks the copies, and takes the values as the text of the answer has them.
async fn ask(client: &Client, sql: &str) -> Vec<Vec<Owned>> {
    #[derive(serde::Deserialize)]
    struct Answer {
        data: Data,
    }
    #[derive(serde::Deserialize)]
    struct Data {
        rows: Vec<Vec<Box<RawValue>>>,
    }
    let body = json!({"source_id": "local", "sql": sql, "limit": 10_000});
    let request = client.request(reqwest::Method::POST, "/data/query");
    let answer = request
        .json(&body)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let answer: Answer = serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"));
    let rows = answer.data.rows.iter();
    rows.map(|row| row.iter().map(|value| owned(value.get())).collect())
        .collect()
}

/// A value of an answer. What a number is, its digits tell.
fn owned(json: &str) -> Owned {
    match json.as_bytes()[0] {
        b'n' => Owned::Null,
        b'"' => Owned::Text(serde_json::from_str(json).unwrap()),
        b'{' => {
            let bytes: Value = serde_json::from_str(json).unwrap();
            let bytes = bytes["base64"].as_str().unwrap().as_bytes();
            Owned::Blob(data_encoding::BASE64.decode(bytes).unwrap())
        }
        _ if json.contains(['.', 'e', 'E']) => Owned::Real(json.parse().unwrap()),
        _ => Owned::Integer(json.parse().unwrap()),
    }
}

/// A kind of column of an engine that speaks SQL.
struct Kind {
    /// Its type.
    sql: &'static str,
    /// A value of it, as the engine takes it.
    literal: fn(&mut dice::Dice) -> String,
    /// What prints the column `{}` as text.
    printed: &'static str,
    /// The value that such a text stands for.
    owned: fn(&str) -> Owned,
}

impl Kind {
    /// A value for a number.
    fn value(&self, number: Option<u64>) -> String {
        number.map_or("NULL".to_owned(), |n| {
            (self.literal)(&mut dice::Dice::new(n))
        })
    }
}

/// The columns of a table, `c0` to the last.
fn columns(all: &[Kind], kinds: &[usize]) -> String {
    let columns = kinds.iter().enumerate();
    let columns = columns.map(|(at, kind)| format!(", c{at} {}", all[*kind].sql));
    columns.collect()
}

/// The values of a row.
fn values(all: &[Kind], kinds: &[usize], row: &Row) -> String {
    let values = kinds.iter().zip(&row.values);
    let values = values.map(|(kind, number)| format!(", {}", all[*kind].value(*number)));
    format!("{}, {}{}", row.id, row.rev, values.collect::<String>())
}

/// What prints all columns.
fn printed(all: &[Kind], kinds: &[usize]) -> String {
    let columns = kinds.iter().enumerate();
    let columns = columns.map(|(at, kind)| {
        let column = format!("c{at}");
        format!(", {}", all[*kind].printed.replace("{}", &column))
    });
    columns.collect()
}

fn integer(text: &str) -> Owned {
    Owned::Integer(text.parse().unwrap())
}

fn real(text: &str) -> Owned {
    Owned::Real(text.parse().unwrap())
}

fn text(text: &str) -> Owned {
    text.into()
}

fn hex(text: &str) -> Owned {
    Owned::Blob(
        data_encoding::HEXUPPER_PERMISSIVE
            .decode(text.as_bytes())
            .unwrap(),
    )
}
