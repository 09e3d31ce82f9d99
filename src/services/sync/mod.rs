//! Copying tables of sources into the workspace's own store.

mod copy;
mod cursor;
mod drift;
mod emptied;
mod options;
mod plan;
mod progress;
mod report;
mod source;
mod wanted;
mod writing;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::failure::Failure;
use super::jobs::{Jobs, Started};
use super::sources::{Place, Render, SourceError, Sources};
use crate::local::{Copies, Local, LocalError};
use crate::model::job::{JobKind, JobState};
use crate::model::{JobId, SourceId, TableId};
use crate::store::{Store, StoreError, sources, workspaces};

pub(in crate::services) use cursor::Kept;
pub use options::{Mode, SyncOptions};
use progress::Progress;
pub use report::{SourceReport, SyncReport, TableReport, TableStatus};
use source::SourceRun;
use wanted::Wanted;

/// Jobs that copy at once; others wait for their turn.
const JOBS: usize = 4;

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
        let started = runner.started();
        let run = Run {
            syncs: self.clone(),
            place: place.clone(),
            wanted,
            options: request.options,
            done: done.unwrap_or_default(),
            progress: Arc::default(),
        };
        let progress = Arc::clone(&run.progress);
        let work = async move {
            match run.copy().await {
                Ok(report) => {
                    let state = report.state();
                    (state, serde_json::to_value(report).unwrap_or_default())
                }
                Err(error) => {
                    let failure = Failure::from(&error);
                    (JobState::Failed, json!({"error": failure}))
                }
            }
        };
        runner.run(work, move || progress.shown(), hold);
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
