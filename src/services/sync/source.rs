//! Copying the tables of one source, a few at a time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::spawn_blocking;

use super::copy::{CopyError, Destination, copy, report};
use super::options::SyncOptions;
use super::plan::{Plan, left_out};
use super::progress::{Progress, TableProgress};
use super::report::{SourceReport, TableReport, TableStatus};
use crate::connectors::read::{SNAPSHOT_TOO_OLD, UnderWay};
use crate::connectors::{ConnectorError, Session, Snapshot, Target, Trace};
use crate::local::{Copies, LocalError};
use crate::model::TableId;
use crate::schema::Table;
use crate::services::failure::Failure;
use crate::services::sources::{Fresh, Lost, Place, Render, SourceError, Sources, scrubbed};
use crate::store::StoreError;
use crate::store::sources::SourceRecord;

/// Connections to a source at once, unless told.
const CONNECTIONS: usize = 2;
/// How often a source or one of its tables is tried that fails in a way that may pass.
const TRIES: u32 = 3;
/// How long is waited before the second try; twice as long before the third.
const PAUSE: Duration = Duration::from_secs(1);

/// The work on one source.
pub struct SourceRun<'a> {
    pub sources: &'a Sources,
    pub place: &'a Place,
    pub record: SourceRecord,
    /// The tables that are wanted; all where absent.
    pub wanted: Option<HashSet<TableId>>,
    /// The tables that an earlier job has copied already.
    pub done: &'a HashSet<TableId>,
    pub options: &'a SyncOptions,
    pub copies: Arc<Copies>,
    pub progress: &'a Progress,
    pub render: Render,
}

/// A table that waits for its turn.
struct Waiting {
    plan: Plan,
    to: Destination,
    progress: Arc<TableProgress>,
    tries: u32,
}

/// A session, and the state of the source that it reads.
struct Reading {
    session: Box<dyn Session>,
    snapshot: Snapshot,
}

impl SourceRun<'_> {
    /// Copies what is wanted of the source.
    pub async fn run(self) -> SourceReport {
        let mut answer = SourceReport {
            id: self.record.source.id.clone(),
            name: self.record.source.name.clone(),
            rows_written: 0,
            tables: Vec::new(),
            error: None,
        };
        match self.tables().await {
            Ok(tables) => answer.tables = tables,
            Err(error) => answer.error = Some(Failure::from(&error)),
        }
        answer.rows_written = answer.tables.iter().map(|table| table.rows_written).sum();
        answer
    }

    async fn tables(&self) -> Result<Vec<TableReport>, SourceError> {
        let Fresh {
            target,
            session,
            tables,
            lost,
        } = self.fresh().await?;
        let lost = lost
            .iter()
            .filter(|lost| !self.done.contains(&lost.table.id));
        let mut reports: Vec<_> = lost.map(|lost| self.missed(lost)).collect();
        let mut waiting = VecDeque::new();
        let mut copies = self.known_copies().await?;
        for table in tables {
            self.sort(table, &target, &mut copies, &mut waiting, &mut reports);
        }
        reports.extend(self.copy_all(&target, session, waiting).await);
        Ok(reports)
    }

    /// The source opened, and its tables as they are now.
    async fn fresh(&self) -> Result<Fresh, SourceError> {
        let mut tries = 1;
        loop {
            let wanted = self.wanted.as_ref();
            let fresh = self
                .sources
                .fresh(self.place, &self.record, wanted, self.render);
            match fresh.await {
                Err(SourceError::Connector(error)) if error.kind.retryable() && tries < TRIES => {
                    tokio::time::sleep(PAUSE * tries).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn known_copies(&self) -> Result<HashMap<TableId, crate::local::Copy>, SourceError> {
        let copies = Arc::clone(&self.copies);
        let all = spawn_blocking(move || copies.list()).await;
        let all = all.map_err(|_| StoreError::Stopped)??;
        Ok(all
            .into_iter()
            .map(|copy| (copy.table.clone(), copy))
            .collect())
    }

    /// Tells of a table that could not be read: its copy is as it was.
    fn missed(&self, lost: &Lost) -> TableReport {
        let Lost { table, why } = lost;
        let report = TableReport {
            error: Some(Failure::unreadable(why)),
            ..TableReport::empty(
                &table.id,
                table.schema.as_ref(),
                &table.name,
                TableStatus::Failed,
            )
        };
        let shown = Table {
            id: Some(table.id.to_string()),
            schema: table.schema.clone(),
            name: table.name.clone(),
            ..Table::default()
        };
        let progress = self.progress.table(&self.record.source.name, &shown);
        progress.ended(&report);
        report
    }

    /// Decides what becomes of a table.
    fn sort(
        &self,
        table: Table,
        target: &Target,
        copies: &mut HashMap<TableId, crate::local::Copy>,
        waiting: &mut VecDeque<Waiting>,
        reports: &mut Vec<TableReport>,
    ) {
        let id = table.id.as_deref().and_then(|id| TableId::parse(id).ok());
        // Without an id it was deleted from the workspace, and stays away.
        let Some(id) = id else { return };
        let named = self.wanted.is_some();
        if self.done.contains(&id) {
            return;
        }
        let to = Destination {
            copies: Arc::clone(&self.copies),
            source: self.record.source.id.clone(),
            table: id.clone(),
            batch_rows: self.options.batch_size.unwrap_or(usize::MAX),
        };
        let progress = self.progress.table(&self.record.source.name, &table);
        let capability = target.driver.capability;
        // What changed is asked of an API, which may be nothing.
        let whole = !(self.options.is_incremental() && capability.network);
        let skipped = left_out(&table, named, whole && copies.contains_key(&id));
        let selection = &target.settings.selection;
        let plan = Plan::new(
            table,
            copies.remove(&id),
            self.options,
            selection,
            capability,
        );
        let (plan, error) = match plan {
            Ok(plan) => (plan, None),
            Err((plan, error)) => (*plan, Some(error)),
        };
        if skipped.is_none() && error.is_none() {
            waiting.push_back(Waiting {
                plan,
                to,
                progress,
                tries: 0,
            });
            return;
        }
        let status = if skipped.is_some() {
            TableStatus::Skipped
        } else {
            TableStatus::Failed
        };
        let report = TableReport {
            reason: skipped.map(str::to_owned),
            error: error.filter(|_| skipped.is_none()).map(Failure::not_so),
            ..report(&plan, &to, status)
        };
        progress.ended(&report);
        reports.push(report);
    }

    /// Copies tables over as many connections as are wanted, one of which is open, all in one state of
    /// the source where it knows how.
    async fn copy_all(
        &self,
        target: &Target,
        session: Box<dyn Session>,
        waiting: VecDeque<Waiting>,
    ) -> Vec<TableReport> {
        if waiting.is_empty() {
            session.close().await;
            return Vec::new();
        }
        let connections = self.options.connections.unwrap_or(CONNECTIONS);
        let connections = connections.min(waiting.len());
        let queue = Mutex::new(waiting);
        let reports = Mutex::new(Vec::new());
        // The first makes the state that the others join, and stays for as long as they.
        let first = begun(session, target, None).await;
        let shared = first
            .as_ref()
            .ok()
            .and_then(|first| first.snapshot.shared.clone());
        let others = (1..connections).map(|_| async {
            let reading = self.open(target, shared.as_deref()).await;
            // One connection fewer is no failure: the tables are left to the others.
            if let Ok(reading) = reading {
                self.work(target, Some(reading), &queue, &reports).await;
            }
        });
        let leading = async {
            match first {
                Ok(first) => self.work(target, Some(first), &queue, &reports).await,
                // Each table has its tries.
                Err(error) if error.kind.retryable() => {
                    self.work(target, None, &queue, &reports).await;
                }
                Err(error) => fail_all(&error, &queue, &reports),
            }
        };
        let ((), _) = tokio::join!(leading, join_all(others));
        reports.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies one table after the other, until none waits.
    async fn work(
        &self,
        target: &Target,
        mut reading: Option<Reading>,
        queue: &Mutex<VecDeque<Waiting>>,
        reports: &Mutex<Vec<TableReport>>,
    ) {
        while let Some(mut next) = take(queue) {
            let torn = next.plan.torn;
            let at = match reading.take_if(|_| !torn) {
                Some(at) => Ok(at),
                None if torn => self.open_apart(target).await,
                None => self.open(target, None).await,
            };
            let copied = match at {
                Ok(mut at) => {
                    let copied = self.copy_one(&mut at, &mut next).await;
                    let copied = copied.map_err(|error| match error {
                        CopyError::Source(error) => {
                            CopyError::Source(scrubbed(error, &target.credentials))
                        }
                        other => other,
                    });
                    // A connection that failed is not used again: nobody knows what state it is in.
                    match &copied {
                        Ok(_) if torn => at.session.close().await,
                        Ok(_) => reading = Some(at),
                        Err(_) => {}
                    }
                    copied
                }
                Err(error) => Err(CopyError::Source(error)),
            };
            let report = match copied {
                Ok(report) => report,
                Err(error) if self.may_pass(&error, &mut next).await => {
                    push(queue, next);
                    continue;
                }
                Err(error) => TableReport {
                    error: Some(Failure::from(&error)),
                    ..report(&next.plan, &next.to, TableStatus::Failed)
                },
            };
            next.progress.ended(&report);
            reports
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(report);
        }
        if let Some(reading) = reading {
            reading.session.close().await;
        }
    }

    async fn copy_one(
        &self,
        at: &mut Reading,
        next: &mut Waiting,
    ) -> Result<TableReport, CopyError> {
        let Waiting {
            plan, to, progress, ..
        } = next;
        let under_way = at.snapshot.under_way.clone();
        copy(at.session.as_mut(), &under_way, plan, to, progress).await
    }

    /// Whether a table is to be tried again; waits before that where it should.
    async fn may_pass(&self, error: &CopyError, next: &mut Waiting) -> bool {
        next.tries += 1;
        if next.tries >= TRIES {
            return false;
        }
        match error {
            CopyError::Source(error) if error.kind.retryable() => {
                tokio::time::sleep(PAUSE * next.tries).await;
                true
            }
            CopyError::Source(error) if error.reason == Some(SNAPSHOT_TOO_OLD) => {
                !std::mem::replace(&mut next.plan.torn, true)
            }
            // A file of SQLite's has such keys, and its declarations bind nothing.
            CopyError::Local(LocalError::UnfitKey) => {
                let why = "A key holds a value of another type than its column's, or none.";
                next.plan.integer_key = false;
                next.plan.read_whole(why);
                true
            }
            // What it is now is read whole.
            CopyError::Changed => {
                next.plan.read_whole("The table changed while it was read.");
                true
            }
            _ => false,
        }
    }

    async fn open(&self, target: &Target, join: Option<&str>) -> Result<Reading, ConnectorError> {
        let session = self.sources.session(target, &Trace::default()).await?;
        begun(session, target, join).await
    }

    /// A session that reads what there is at each moment.
    async fn open_apart(&self, target: &Target) -> Result<Reading, ConnectorError> {
        let session = self.sources.session(target, &Trace::default()).await?;
        let snapshot = Snapshot {
            shared: None,
            under_way: UnderWay::Unknown,
        };
        Ok(Reading { session, snapshot })
    }
}

async fn begun(
    mut session: Box<dyn Session>,
    target: &Target,
    join: Option<&str>,
) -> Result<Reading, ConnectorError> {
    let begun = session.begin_snapshot(join).await;
    let snapshot = begun.map_err(|error| scrubbed(error, &target.credentials))?;
    Ok(Reading { session, snapshot })
}

fn take(queue: &Mutex<VecDeque<Waiting>>) -> Option<Waiting> {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
}

fn push(queue: &Mutex<VecDeque<Waiting>>, next: Waiting) {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push_back(next);
}

fn fail_all(
    error: &ConnectorError,
    queue: &Mutex<VecDeque<Waiting>>,
    reports: &Mutex<Vec<TableReport>>,
) {
    while let Some(next) = take(queue) {
        let report = TableReport {
            error: Some(Failure::from(error)),
            ..report(&next.plan, &next.to, TableStatus::Failed)
        };
        next.progress.ended(&report);
        reports
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(report);
    }
}
