//! Copying tables of sources into the workspace's own store.

mod copy;
mod cursor;
mod options;
mod plan;
mod progress;
mod report;
mod source;
mod wanted;
mod writing;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::MissedTickBehavior;

use super::jobs::{Jobs, Runner, Seen};
use super::sources::{Place, Render, SourceError, Sources};
use crate::local::{Copies, Local, LocalError};
use crate::model::job::{JobKind, JobState};
use crate::model::{JobId, SourceId, TableId};
use crate::store::{Store, StoreError, sources, workspaces};

pub(in crate::services) use cursor::Kept;
pub use options::{Mode, SyncOptions};
use progress::Progress;
pub use report::{Failure, SourceReport, SyncReport, TableReport, TableStatus};
use source::SourceRun;
use wanted::Wanted;

/// Jobs that copy at once; others wait for their turn.
const JOBS: usize = 4;
/// How often a job shows how far it is.
const SHOW: Duration = Duration::from_millis(250);
/// After how many of these it keeps that.
const KEEP: u32 = 20;

/// Copies of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Syncs {
    store: Store,
    sources: Sources,
    local: Local,
    jobs: Jobs,
    render: Render,
    busy: Arc<Mutex<HashSet<SourceId>>>,
    turns: Arc<Semaphore>,
}

/// What is to be copied.
#[derive(Debug, Clone, Default)]
pub struct SyncRequest {
    /// Sources and tables; all sources where absent.
    pub ids: Option<Vec<String>>,
    /// How.
    pub options: SyncOptions,
}

/// Why a copy did not begin.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// There are no such sources or tables, or they are not the caller's.
    #[error("there are no such sources or tables")]
    NotFound(Vec<String>),
    /// Another copy of the source is under way.
    #[error("the source is being copied already")]
    Busy(Vec<SourceId>),
    /// The job that is to be gone on with has ended as it should, or still runs.
    #[error("the job is {}", .0.as_str())]
    NotToResume(JobState),
    /// The workspace is gone.
    #[error("there is no such workspace")]
    NoWorkspace,
    /// A source cannot be worked with.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The copies cannot be worked with.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A copy that began.
pub struct Started {
    /// The job.
    pub id: JobId,
    /// How it stands.
    pub states: watch::Receiver<Seen>,
}

impl Syncs {
    /// Copies of `sources` in `local`, by `jobs`.
    #[must_use]
    pub fn new(store: Store, sources: Sources, local: Local, jobs: Jobs, render: Render) -> Self {
        Self {
            store,
            sources,
            local,
            jobs,
            render,
            busy: Arc::default(),
            turns: Arc::new(Semaphore::new(JOBS)),
        }
    }

    /// Begins a copy.
    pub async fn start(&self, place: &Place, request: SyncRequest) -> Result<Started, SyncError> {
        self.begin(place, request, None).await
    }

    /// Goes on with a copy that was interrupted or cancelled, or of which tables failed: those that
    /// it copied are left as they are.
    pub async fn resume(&self, place: &Place, id: &JobId) -> Result<Started, SyncError> {
        let job = self.jobs.get(place, id).await;
        let job = job.map_err(|_| SyncError::NotFound(vec![id.to_string()]))?;
        if matches!(job.state, JobState::Running | JobState::Succeeded) {
            return Err(SyncError::NotToResume(job.state));
        }
        let part = |name: &str| job.request.get(name).cloned().unwrap_or_default();
        let request = SyncRequest {
            ids: serde_json::from_value(part("source_ids")).unwrap_or_default(),
            options: serde_json::from_value(part("sync_options")).unwrap_or_default(),
        };
        let done = Progress::copied(&job.progress);
        self.begin(place, request, Some((id.clone(), done))).await
    }

    async fn begin(
        &self,
        place: &Place,
        request: SyncRequest,
        resumes: Option<(JobId, HashSet<TableId>)>,
    ) -> Result<Started, SyncError> {
        let wanted = self.wanted(place, &request).await?;
        let hold = Hold::of(&self.busy, &wanted)?;
        let asked = json!({"source_ids": request.ids, "sync_options": request.options});
        let (resumes, done) = resumes.unzip();
        let runner = self
            .jobs
            .begin(place, JobKind::Sync, asked, resumes)
            .await?;
        let runner = runner.ok_or(SyncError::NoWorkspace)?;
        let started = Started {
            id: runner.id(),
            states: runner.watch(),
        };
        let run = Run {
            syncs: self.clone(),
            place: place.clone(),
            wanted,
            options: request.options,
            done: done.unwrap_or_default(),
            progress: Arc::default(),
        };
        // A thread of its own, since decoding takes the processor for as long as rows come, and
        // answering requests is not to wait for that.
        let thread = std::thread::Builder::new().name("sync".to_owned());
        let spawned = thread.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(run.until_its_end(runner, hold)),
                Err(error) => tracing::error!(%error, "a job could not begin"),
            }
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "a job could not begin");
        }
        Ok(started)
    }

    /// The copies of a workspace, which are made on first use.
    async fn copies(&self, place: &Place) -> Result<Arc<Copies>, SyncError> {
        let of = place.clone();
        let file = self
            .store
            .write(move |tx| workspaces::copies_file(tx, &of.owner, &of.workspace));
        let file = file.await?.ok_or(SyncError::NoWorkspace)?;
        let local = self.local.clone();
        let opened = spawn_blocking(move || local.copies(&file));
        Ok(opened.await.map_err(|_| StoreError::Stopped)??)
    }
}

/// Sources that are being copied; let go of when dropped.
struct Hold {
    busy: Arc<Mutex<HashSet<SourceId>>>,
    sources: Vec<SourceId>,
}

impl Hold {
    fn of(busy: &Arc<Mutex<HashSet<SourceId>>>, wanted: &[Wanted]) -> Result<Self, SyncError> {
        let sources: Vec<_> = wanted
            .iter()
            .map(|one| one.record.source.id.clone())
            .collect();
        let mut held = busy.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: Vec<_> = sources
            .iter()
            .filter(|id| held.contains(id))
            .cloned()
            .collect();
        if !taken.is_empty() {
            return Err(SyncError::Busy(taken));
        }
        held.extend(sources.iter().cloned());
        drop(held);
        let busy = Arc::clone(busy);
        Ok(Self { busy, sources })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &self.sources {
            held.remove(id);
        }
    }
}

/// A copy under way.
struct Run {
    syncs: Syncs,
    place: Place,
    wanted: Vec<Wanted>,
    options: SyncOptions,
    done: HashSet<TableId>,
    progress: Arc<Progress>,
}

impl Run {
    /// Copies, shows how far it is, and ends the job, whatever happens.
    async fn until_its_end(self, runner: Runner, hold: Hold) {
        let progress = Arc::clone(&self.progress);
        let stop = runner.stop();
        // A task of its own, so that a panic in it ends the job and not the telling of it.
        let mut work = tokio::spawn(self.copy());
        let mut tick = tokio::time::interval(SHOW);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ticks = 0;
        let (state, result) = loop {
            tokio::select! {
                ended = &mut work => break outcome(ended),
                state = stop.wanted() => {
                    work.abort();
                    // Until it is gone: what it dropped stops at the source.
                    let _ = (&mut work).await;
                    break (state, Value::Null);
                }
                _ = tick.tick() => {
                    runner.show(progress.shown());
                    ticks += 1;
                    if ticks % KEEP == 0 {
                        runner.keep().await;
                    }
                }
            }
        };
        runner.show(progress.shown());
        // Before its end is told, so that whoever hears of it may copy again.
        drop(hold);
        runner.end(state, result).await;
    }

    async fn copy(self) -> Result<SyncReport, SyncError> {
        let _turn = Arc::clone(&self.syncs.turns).acquire_owned().await;
        let since = std::time::Instant::now();
        let copies = self.syncs.copies(&self.place).await?;
        let mut report = SyncReport::default();
        for Wanted { record, tables } in self.wanted {
            let id = record.source.id.clone();
            let run = SourceRun {
                sources: &self.syncs.sources,
                place: &self.place,
                record,
                wanted: tables,
                done: &self.done,
                options: &self.options,
                copies: Arc::clone(&copies),
                progress: &self.progress,
                render: self.syncs.render,
            };
            let source = run.run().await;
            if source.has_copied() {
                note_sync(&self.syncs, &self.place, &id, &copies).await?;
            }
            report.records_processed += source.rows_written;
            report.sources.push(source);
        }
        report.seconds = since.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// Notes when a source was copied. The copies of one that was deleted meanwhile go.
async fn note_sync(
    syncs: &Syncs,
    place: &Place,
    id: &SourceId,
    copies: &Arc<Copies>,
) -> Result<(), SyncError> {
    let (of, source) = (place.clone(), id.clone());
    let is_there = syncs
        .store
        .write(move |tx| {
            let now = crate::store::now();
            sources::record_sync(tx, &of.owner, &of.workspace, &source, now)
        })
        .await?;
    if !is_there {
        let (copies, source) = (Arc::clone(copies), id.clone());
        let removed = spawn_blocking(move || copies.remove(&[], &[source])).await;
        removed.map_err(|_| StoreError::Stopped)??;
    }
    Ok(())
}

/// How a job stands after this.
fn outcome(
    ended: Result<Result<SyncReport, SyncError>, tokio::task::JoinError>,
) -> (JobState, Value) {
    let failure = match ended {
        Ok(Ok(report)) => {
            let state = report.state();
            return (state, serde_json::to_value(report).unwrap_or_default());
        }
        Ok(Err(error)) => Failure::from(&error),
        Err(error) => {
            tracing::error!(%error, "a job broke");
            Failure::inside()
        }
    };
    (JobState::Failed, json!({"error": failure}))
}
