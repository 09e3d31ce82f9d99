//! A table whose rows say of which state they are, its copy, and what of it is whole.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::behavior::engine::{Engine, Versioned};
use crate::support::client::Client;
use crate::support::cutter::Cutter;

/// How often anything is tried, as `HEADWATER_TEST_FAULT_RUNS` multiplies it.
pub fn runs(usual: usize) -> usize {
    let times = std::env::var("HEADWATER_TEST_FAULT_RUNS").map(|times| times.parse().unwrap());
    usual * times.unwrap_or(1_usize)
}

/// Chance that can be had again: the seed is `HEADWATER_TEST_FAULT_SEED`, and told where a test fails.
pub struct Chance {
    seed: u64,
    pub rng: StdRng,
}

impl Chance {
    /// That of one of several lanes.
    pub fn of(lane: u64) -> Self {
        let seed = std::env::var("HEADWATER_TEST_FAULT_SEED").map(|seed| seed.parse().unwrap());
        let seed: u64 = seed.unwrap_or_else(|_| rand::random());
        let rng = StdRng::seed_from_u64(seed.wrapping_add(lane));
        Self { seed, rng }
    }

    /// A number of bytes out of so many; half of them from the last thousand.
    pub fn bytes(&mut self, all: u64) -> u64 {
        let all = all.max(1);
        let last = all.saturating_sub(1_000).max(1);
        let first = if self.rng.random() { 1 } else { last };
        self.rng.random_range(first..=all)
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("HEADWATER_TEST_FAULT_SEED={}", self.seed);
        }
    }
}

/// What is told of the rows of a state: their number, the least and largest `v`, sums that tell
/// which rows they are, and how many are as they were written.
pub type Digest = [i64; 6];

/// A database with `versions`, reached by a wire that can be cut, and its copy.
pub struct Versions<'e> {
    pub engine: &'e dyn Engine,
    pub stage: Stage,
    pub cutter: Option<Cutter>,
    pub chance: Chance,
    /// The rows of the source.
    rows: BTreeMap<i64, Versioned>,
    seq: i64,
    /// What the copy was when it was last looked at.
    pub copied: Digest,
}

impl<'e> Versions<'e> {
    /// Copied once.
    pub async fn new(engine: &'e dyn Engine, lane: u64) -> Self {
        let mut stage = stage(engine).await;
        let mut cutter = None;
        if engine.has_server() {
            let wire = Cutter::to(stage.database["port"].as_u64().unwrap()).await;
            stage.database["port"] = wire.port.into();
            if lane.is_multiple_of(2) {
                stage.database["options"]["tls"] = "disable".into();
            }
            cutter = Some(wire);
        }
        let mut versions = Self {
            engine,
            stage,
            cutter,
            chance: Chance::of(lane),
            rows: BTreeMap::new(),
            seq: 0,
            copied: Digest::default(),
        };
        versions.renew(1).await;
        versions
            .stage
            .client
            .connect(versions.stage.database.clone())
            .await;
        versions.goes_through(&json!({})).await;
        versions
    }

    pub fn wire(&self) -> &Cutter {
        self.cutter.as_ref().unwrap()
    }

    /// Puts a new state in the place of the last: each has another number of rows.
    pub async fn renew(&mut self, v: i64) {
        let count = 2_000 + v % 7 * 100;
        let seq = self.seq;
        let row = |id| {
            (
                id,
                Versioned {
                    id,
                    v,
                    seq: seq + id,
                },
            )
        };
        self.rows = (1..=count).map(row).collect();
        self.seq += count;
        self.put(self.rows.values().copied().collect(), true).await;
    }

    /// Adds rows, and changes some.
    pub async fn change(&mut self) {
        let last = *self.rows.keys().last().unwrap();
        let mut changed: BTreeMap<i64, Versioned> = BTreeMap::new();
        for _ in 0..400 {
            let id = self.chance.rng.random_range(1..=last + 200);
            self.seq += 1;
            let v = self.rows.get(&id).map_or(1, |row| row.v + 1);
            changed.insert(
                id,
                Versioned {
                    id,
                    v,
                    seq: self.seq,
                },
            );
        }
        self.rows.extend(&changed);
        self.put(changed.into_values().collect(), false).await;
    }

    async fn put(&self, rows: Vec<Versioned>, whole: bool) {
        let files = self.stage.app.data_dir().join("files");
        self.engine
            .put(&self.stage.name, &files, &rows, whole)
            .await;
    }

    /// What the source holds.
    pub fn source(&self) -> Digest {
        let rows = self.rows.values();
        let v = rows.clone().map(|row| row.v);
        [
            self.rows.len().try_into().unwrap(),
            v.clone().min().unwrap(),
            v.max().unwrap(),
            rows.clone().map(|row| row.id * row.v).sum(),
            rows.map(|row| row.seq).sum(),
            self.rows.len().try_into().unwrap(),
        ]
    }

    /// What the copy holds, as callers see it.
    pub async fn copy(&self) -> Digest {
        let key = self.engine.customers()[0].0;
        let sql = format!(
            "SELECT count(*), min(v), max(v), sum({key} * v), sum(seq),
                    sum(pad = printf('%d:%d:%d.', {key}, v, seq) || '{}')
             FROM versions",
            "x".repeat(200)
        );
        let body = json!({"source_id": "local", "sql": sql});
        let data = self.stage.client.post("/data/query", body).await.ok();
        serde_json::from_value(data["rows"][0].clone()).unwrap()
    }

    /// Starts a copy; answers its job.
    pub async fn start(&self, more: &Value) -> String {
        let mut options = json!({
            "tables": ["versions"], "batch_size": 150, "wait": false,
            "cursor_columns": {"versions": "seq"},
        });
        options
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let body = json!({ "sync_options": options });
        let answer = self.stage.client.post("/data/sync", body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.body["data"]["job_id"].as_str().unwrap().to_owned()
    }

    /// A copy that nothing happens to: what it leaves is the source's state.
    pub async fn goes_through(&mut self, options: &Value) {
        let id = self.start(options).await;
        let job = ended(&self.stage.client, &id).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        assert_eq!(self.copy().await, self.source(), "{job}");
        self.copied = self.source();
        self.nothing_is_left().await;
    }

    /// Whether the copy is the one of before or the present one of the source, and stands alone in its file.
    pub async fn is_whole(&mut self, job: &Value) {
        let copy = self.copy().await;
        let (old, new) = (self.copied, self.source());
        let expected = match job["state"].as_str().unwrap() {
            "succeeded" => [new, new],
            "failed" => [old, old],
            _ => [old, new],
        };
        assert!(expected.contains(&copy), "{copy:?} of {expected:?}: {job}");
        self.copied = copy;
        self.nothing_is_left().await;
    }

    /// Waits until the file of copies holds the tables of its catalog alone, with as many rows as it says.
    async fn nothing_is_left(&self) {
        let folder = self.stage.app.data_dir().join("workspaces");
        let files = std::fs::read_dir(folder).unwrap();
        let mut files = files.map(|entry| entry.unwrap().path());
        let file = files.find(|path| path.extension().is_some_and(|end| end == "sqlite"));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Connection::open_with_flags(file.unwrap(), flags).unwrap();
        let list = |sql: &str| -> Vec<(String, i64)> {
            let mut statement = store.prepare(sql).unwrap();
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            rows.map(Result::unwrap).collect()
        };
        let since = Instant::now();
        loop {
            let tables = list(
                "SELECT name, 0 FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'headwater_*'
                 AND name NOT GLOB 'sqlite_*' ORDER BY name",
            );
            let known = list("SELECT physical, rows FROM headwater_copy ORDER BY physical");
            if tables
                .iter()
                .map(|(name, _)| name)
                .eq(known.iter().map(|(name, _)| name))
            {
                assert_eq!(known[0].1, self.copied[0], "the catalog's count of rows");
                return;
            }
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "{tables:?} of {known:?}"
            );
            tokio::task::yield_now().await;
        }
    }
}

/// Waits for a job's end, and answers it.
pub async fn ended(client: &Client, id: &str) -> Value {
    let path = format!("/data/default/jobs/{id}/events");
    let events = client.request(Method::GET, &path).send().await.unwrap();
    let events = events.text().await.unwrap();
    assert!(events.contains("event: end\n"), "{events}");
    client.get(&format!("/data/default/jobs/{id}")).await.ok()
}
