//! How far a copy is, told while it goes on.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::model::TableId;

use super::report::{TableReport, TableStatus};

/// How far all of it is.
#[derive(Debug, Default)]
pub struct Progress {
    tables: Mutex<Vec<Arc<TableProgress>>>,
    since: Mutex<Option<Instant>>,
}

/// How far a table is.
#[derive(Debug)]
pub struct TableProgress {
    id: Option<String>,
    source: String,
    schema: Option<String>,
    name: String,
    estimate: Option<u64>,
    phase: AtomicU8,
    rows: AtomicU64,
    bytes: AtomicU64,
    keys: AtomicU64,
}

/// What is done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Its turn is yet to come.
    Waiting,
    /// Its rows are read and written.
    Copying,
    /// All its keys are read, to find the rows that were deleted.
    Comparing,
    /// Its rows are there, and are indexed or merged with those of the last copy.
    Finishing,
    /// Its copy is of now.
    Copied,
    /// It was left out.
    Skipped,
    /// Its copy is as it was.
    Failed,
}

const PHASES: [(Phase, &str); 7] = [
    (Phase::Waiting, "waiting"),
    (Phase::Copying, "copying"),
    (Phase::Comparing, "comparing"),
    (Phase::Finishing, "finishing"),
    (Phase::Copied, "copied"),
    (Phase::Skipped, "skipped"),
    (Phase::Failed, "failed"),
];

impl Progress {
    /// One more table.
    pub fn table(&self, source: &str, table: &crate::schema::Table) -> Arc<TableProgress> {
        self.since().get_or_insert_with(Instant::now);
        let table = Arc::new(TableProgress {
            id: table.id.clone(),
            source: source.to_owned(),
            schema: table.schema.clone(),
            name: table.name.clone(),
            estimate: table.row_count_estimate,
            phase: AtomicU8::new(Phase::Waiting as u8),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            keys: AtomicU64::new(0),
        });
        self.tables().push(Arc::clone(&table));
        table
    }

    /// The whole, as it is answered. The time that is left is supposed from the tables' estimates.
    #[must_use]
    pub fn shown(&self) -> Value {
        let seconds = self
            .since()
            .map_or(0.0, |since| since.elapsed().as_secs_f64());
        let tables = self.tables();
        let (mut rows, mut bytes, mut estimate, mut left) = (0, 0, 0, 0);
        let mut shown = Vec::with_capacity(tables.len());
        for table in tables.iter() {
            let done = table.rows.load(Relaxed);
            let phase = table.phase();
            rows += done;
            bytes += table.bytes.load(Relaxed);
            let expected = table.estimate.unwrap_or(0).max(done);
            if phase != Phase::Skipped {
                estimate += expected;
            }
            if matches!(phase, Phase::Waiting | Phase::Copying) {
                left += expected - done;
            }
            shown.push(json!({
                "id": table.id,
                "source": table.source,
                "schema": table.schema,
                "name": table.name,
                "phase": PHASES[phase as usize].1,
                "rows_done": done,
                "rows_estimate": table.estimate,
                "keys_done": Some(table.keys.load(Relaxed)).filter(|keys| *keys > 0),
            }));
        }
        #[allow(clippy::cast_precision_loss, reason = "a rate for a reader's eye")]
        let rate = if seconds > 0.0 {
            rows as f64 / seconds
        } else {
            0.0
        };
        #[allow(clippy::cast_precision_loss, reason = "a time for a reader's eye")]
        let seconds_left = (rate > 0.0).then(|| (left as f64 / rate).round());
        json!({
            "rows_done": rows,
            "rows_estimate": estimate,
            "rows_per_second": rate.round(),
            "bytes_read": bytes,
            "seconds": (seconds * 10.0).round() / 10.0,
            "seconds_left": seconds_left,
            "tables_done": tables.iter().filter(|table| table.phase() as u8 >= Phase::Copied as u8).count(),
            "tables": shown,
        })
    }

    /// The tables that a job has copied, by what it showed.
    #[must_use]
    pub fn copied(shown: &Value) -> HashSet<TableId> {
        let tables = shown["tables"].as_array().into_iter().flatten();
        let copied = tables.filter(|table| table["phase"] == PHASES[Phase::Copied as usize].1);
        copied
            .filter_map(|table| TableId::parse(table["id"].as_str()?).ok())
            .collect()
    }

    fn tables(&self) -> std::sync::MutexGuard<'_, Vec<Arc<TableProgress>>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn since(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TableProgress {
    /// Goes into a phase.
    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
    }

    /// So many rows more.
    pub fn add(&self, rows: usize, bytes: usize) {
        self.rows.fetch_add(rows as u64, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// So many keys more.
    pub fn add_keys(&self, keys: usize) {
        self.keys.fetch_add(keys as u64, Relaxed);
    }

    /// Begins anew.
    pub fn restart(&self) {
        self.rows.store(0, Relaxed);
        self.bytes.store(0, Relaxed);
        self.keys.store(0, Relaxed);
        self.enter(Phase::Copying);
    }

    /// Rows and bytes so far.
    #[must_use]
    pub fn done(&self) -> (u64, u64) {
        (self.rows.load(Relaxed), self.bytes.load(Relaxed))
    }

    /// It ended like this.
    pub fn ended(&self, report: &TableReport) {
        self.enter(match report.status {
            TableStatus::Copied => Phase::Copied,
            TableStatus::Skipped => Phase::Skipped,
            TableStatus::Failed => Phase::Failed,
        });
    }

    fn phase(&self) -> Phase {
        let at = usize::from(self.phase.load(Relaxed));
        PHASES.get(at).map_or(Phase::Waiting, |(phase, _)| *phase)
    }
}
