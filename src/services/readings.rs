//! Reading the schema of a source as a job: it goes on by itself, and all who ask for it while it
//! runs have the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::failure::Failure;
use super::jobs::{JobError, Jobs, Started};
use super::sources::{Place, Render, Shown, SourceError, Sources};
use crate::model::job::{JobKind, JobState};
use crate::model::{JobId, SourceId};
use crate::store::StoreError;

/// The readings of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Readings {
    sources: Sources,
    jobs: Jobs,
    render: Render,
    running: Arc<Running>,
}

/// Why a reading did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// The source is not there, or cannot be worked with.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no such job, or it is not the caller's.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The job that is to be gone on with has ended as it should, or still runs.
    #[error("the job is {}", .0.as_str())]
    NotToResume(JobState),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Readings {
    /// Readings of `sources`, by `jobs`.
    #[must_use]
    pub fn new(sources: Sources, jobs: Jobs, render: Render) -> Self {
        Self {
            sources,
            jobs,
            render,
            running: Arc::default(),
        }
    }

    /// Begins to read a source, by its id or that of one of its tables. Where that is under way, it
    /// is that job.
    pub async fn start(&self, place: &Place, id: &str) -> Result<Started, ReadingError> {
        self.begin(place, id, None).await
    }

    /// Reads once more what a job did not come to the end of.
    pub async fn resume(&self, place: &Place, id: &JobId) -> Result<Started, ReadingError> {
        let job = self.jobs.get(place, id).await?;
        if matches!(job.state, JobState::Running | JobState::Succeeded) {
            return Err(ReadingError::NotToResume(job.state));
        }
        let source = job.request["source_id"].as_str().unwrap_or_default();
        self.begin(place, source, Some(job.id)).await
    }

    async fn begin(
        &self,
        place: &Place,
        id: &str,
        resumes: Option<JobId>,
    ) -> Result<Started, ReadingError> {
        let asked = crate::store::now();
        let source = self.sources.addressed(place, id).await?;
        let seat = self.running.seat(&source);
        // Whoever comes while it begins waits for that.
        let started = seat.get_or_try_init(|| self.run(place, source.clone(), asked, resumes));
        let started = started.await.cloned();
        if started.is_err() {
            self.running.leave(&source, &seat);
        }
        started
    }

    async fn run(
        &self,
        place: &Place,
        source: SourceId,
        asked: Timestamp,
        resumes: Option<JobId>,
    ) -> Result<Started, ReadingError> {
        let request = json!({"source_id": source});
        let runner = self
            .jobs
            .begin(place, JobKind::Schema, request, resumes)
            .await?
            .ok_or(SourceError::NotFound("workspace"))?;
        let started = runner.started();
        let flight = self.sources.flight(&source);
        let hold = Hold {
            running: Arc::clone(&self.running),
            source: source.clone(),
        };
        let (sources, place, render) = (self.sources.clone(), place.clone(), self.render);
        let reading = Arc::clone(&flight);
        let since = Instant::now();
        let work = async move {
            let read = sources.refresh(&place, &source, asked, &reading, render);
            match read.await {
                Ok(read) => (JobState::Succeeded, as_value(&read)),
                Err(error) => {
                    let failure = Failure::from(&error);
                    (JobState::Failed, json!({"error": failure}))
                }
            }
        };
        let shown = move || {
            as_value(&ReadingProgress {
                at: flight.progress.shown(),
                seconds: since.elapsed().as_secs_f64(),
            })
        };
        runner.run(work, shown, hold);
        Ok(started)
    }
}

/// How far a job is.
#[derive(Serialize)]
struct ReadingProgress {
    #[serde(flatten)]
    at: Shown,
    /// For how long it has gone on.
    seconds: f64,
}

fn as_value(told: &impl Serialize) -> Value {
    serde_json::to_value(told).unwrap_or_default()
}

type Seat = Arc<OnceCell<Started>>;

/// The jobs that run, by the source that they read.
#[derive(Default)]
struct Running(Mutex<HashMap<SourceId, Seat>>);

impl Running {
    fn seat(&self, source: &SourceId) -> Seat {
        Arc::clone(self.seats().entry(source.clone()).or_default())
    }

    /// Gives up a seat in which nothing began, unless it is another's by now.
    fn leave(&self, source: &SourceId, seat: &Seat) {
        let mut seats = self.seats();
        let is_it = |now: &Seat| Arc::ptr_eq(now, seat) && !now.initialized();
        if seats.get(source).is_some_and(is_it) {
            seats.remove(source);
        }
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<SourceId, Seat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The seat of a source that is read; free when dropped.
struct Hold {
    running: Arc<Running>,
    source: SourceId,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.running.seats().remove(&self.source);
    }
}
