//! A server that is killed while it upgrades an old folder, at any moment: the folder then opens, with
//! everything in it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rand::Rng;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use super::crashes::killed;
use super::{done, unpacked};
use crate::behavior::suite::versions::{Chance, runs};
use crate::support::app::{TestApp, command, run};

const STORE: &str = "headwater.sqlite";
/// Rows that make the copying and the upgrade take a while.
const MANY: u32 = 15_000;

/// The folder of the oldest version that there is, with more in it.
fn old(folder: &Path) {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/data-v4.tar.zst");
    // A restore would upgrade it.
    for (path, bytes) in unpacked(&archive) {
        let to = folder.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }
    let conn = Connection::open(folder.join(STORE)).unwrap();
    let more = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO token (id, user_id, name, kind, created_at)
         SELECT 'tok_' || i, (SELECT id FROM user), hex(randomblob(40)), 'login', i FROM n"
    );
    conn.execute_batch(&more).unwrap();
    assert_eq!(version(&conn), 4);
}

fn version(conn: &Connection) -> i64 {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

fn newest() -> i64 {
    let folder = TempDir::new().unwrap();
    done(&run(folder.path(), &["user", "list"], ""));
    version(&Connection::open(folder.path().join(STORE)).unwrap())
}

/// Every table of a store with its columns, and every row of it, as text.
fn content(store: &Path, only: Option<&Tables>) -> Tables {
    let conn = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let tables = match only {
        Some(only) => only.iter().map(|table| table.name.clone()).collect(),
        None => texts(names),
    };
    let read = |name: String| {
        let known = only.and_then(|only| only.iter().find(|table| table.name == name));
        let columns = match known {
            Some(known) => known.columns.clone(),
            None => texts(&format!(
                "SELECT name FROM pragma_table_info('{name}') ORDER BY cid"
            )),
        };
        let all: Vec<_> = columns
            .iter()
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        let all = all.join(" || ',' || ");
        let rows = texts(&format!(
            "SELECT {all} AS line FROM \"{name}\" ORDER BY line"
        ));
        Table {
            name,
            columns,
            rows,
        }
    };
    tables.into_iter().map(read).collect()
}

type Tables = Vec<Table>;

#[derive(Debug, PartialEq)]
struct Table {
    name: String,
    columns: Vec<String>,
    rows: Vec<String>,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn serve(folder: &Path) -> std::process::Child {
    let mut command = command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    command.arg(folder).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// How long a server takes until it has upgraded the folder and listens. Nobody looks into the store
/// meanwhile: who reads it could stand in the upgrade's way.
fn usual(old: &Path) -> Duration {
    let folder = TempDir::new().unwrap();
    copy(old, folder.path());
    let begun = Instant::now();
    let app = TestApp::spawn(command(), folder);
    let usual = begun.elapsed();
    drop(app);
    usual
}

#[test]
fn a_server_that_is_killed_in_the_midst_of_an_upgrade_loses_nothing() {
    let root = TempDir::new().unwrap();
    let template = root.path().join("old");
    old(&template);
    let before = content(&template.join(STORE), None);
    let newest = newest();
    let usual = usual(&template);
    let mut chance = Chance::of(0);
    let (mut still_old, mut kept, mut upgraded) = (0, 0, 0);
    let rounds = runs(20);
    for _ in 0..rounds {
        let folder = TempDir::new().unwrap();
        copy(&template, folder.path());
        let store = folder.path().join(STORE);
        let copied = folder.path().join(format!("{STORE}.before-v{newest}"));
        // Some are killed again at the next start.
        for _ in 0..chance.rng.random_range(1..=3) {
            // Half of them once the copy is there: between that and the upgrade there is little time.
            let wait = usual.mul_f64(chance.rng.random_range(0.0..1.2));
            let at_copy = chance.rng.random_bool(0.5);
            let begun = Instant::now();
            let gone = || begun.elapsed() >= wait || (at_copy && copied.exists());
            assert!(killed(serve(folder.path()), gone));
            if copied.exists() {
                assert_eq!(content(&copied, None), before);
            }
        }
        let at = version(&Connection::open(&store).unwrap());
        assert!(at == 4 || at == newest, "{at}");
        match (at == newest, copied.exists()) {
            (true, _) => upgraded += 1,
            (false, true) => kept += 1,
            (false, false) => still_old += 1,
        }
        // Nothing of an old version is lost before the upgrade is kept.
        assert!(at == 4 || copied.exists());
        let said = run(folder.path(), &["doctor", "--json"], "");
        let said: Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(said["ok"], true, "{said}");

        let folder = TestApp::spawn(command(), folder).stop();
        assert!(content(&store, Some(&before)) == before);
        assert_eq!(version(&Connection::open(&store).unwrap()), newest);
        let names = std::fs::read_dir(folder.path()).unwrap();
        let left: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("aside") || name.matches(".before-v").count() > 0)
            .collect();
        assert_eq!(left, [format!("{STORE}.before-v{newest}")]);
    }
    println!(
        "of {rounds}: {still_old} killed before the copy, {kept} between it and the upgrade, {upgraded} behind it"
    );
}
