//! Jobs: those that run, and those that have ended.

mod run;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::sources::Place;
use crate::model::job::{Job, JobKind, JobState};
use crate::model::{JobId, UserId};
pub use crate::store::jobs::JobFilter;
use crate::store::jobs::{self, JobDraft};
use crate::store::{Store, StoreError};

/// The jobs of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    running: Arc<Mutex<HashMap<JobId, Running>>>,
}

/// What can go wrong with a job.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// There is none, or it is not the caller's.
    #[error("there is no such job")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A job that runs, seen from outside.
#[derive(Debug, Clone)]
struct Running {
    stop: Stop,
    states: watch::Receiver<Seen>,
}

/// What ends a job before its time.
#[derive(Debug, Clone, Default)]
struct Stop {
    token: CancellationToken,
    state: Arc<Mutex<Option<JobState>>>,
}

impl Stop {
    /// Waits until the job is to stop; answers how it then stands.
    async fn wanted(&self) -> JobState {
        self.token.cancelled().await;
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.unwrap_or(JobState::Cancelled)
    }

    fn now(&self, state: JobState) {
        let mut first = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(state);
        self.token.cancel();
    }
}

/// A state of a job, numbered so that who saw one can ask for what came after it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The number; larger for later states.
    pub number: u64,
    /// The state.
    pub job: Arc<Job>,
}

/// A job that runs, as whoever runs it holds it, and ends it.
pub struct Runner {
    jobs: Jobs,
    states: watch::Sender<Seen>,
    stop: Stop,
}

impl Jobs {
    /// The jobs kept in `store`. Those that an earlier program left running were interrupted.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn new(store: Store) -> Result<Self, StoreError> {
        let interrupted = store.write(jobs::interrupt_all).await?;
        if interrupted > 0 {
            tracing::info!(interrupted, "jobs were running when the program ended");
        }
        Ok(Self {
            store,
            running: Arc::default(),
        })
    }

    /// Begins a job. `None` where the workspace is gone.
    pub async fn begin(
        &self,
        place: &Place,
        kind: JobKind,
        request: Value,
        resumes: Option<JobId>,
    ) -> Result<Option<Runner>, StoreError> {
        let job = Job {
            id: JobId::generate(),
            kind,
            state: JobState::Running,
            started_at: crate::store::now(),
            ended_at: None,
            request,
            progress: Value::Null,
            result: Value::Null,
            resumes,
        };
        let (of, kept) = (place.clone(), job.clone());
        let begun = self.store.write(move |tx| {
            let draft = JobDraft {
                id: &kept.id,
                kind,
                user: &of.user as &UserId,
                request: &kept.request,
                resumes: kept.resumes.as_ref(),
                started_at: kept.started_at,
            };
            jobs::begin(tx, &of.owner, &of.workspace, &draft)
        });
        if !begun.await? {
            return Ok(None);
        }
        let id = job.id.clone();
        let job = Arc::new(job);
        let (states, seen) = watch::channel(Seen { number: 1, job });
        let stop = Stop::default();
        let running = Running {
            stop: stop.clone(),
            states: seen,
        };
        self.running().insert(id, running);
        let jobs = self.clone();
        Ok(Some(Runner { jobs, states, stop }))
    }

    /// The jobs of a workspace, the latest first.
    pub async fn list(&self, place: &Place, wanted: JobFilter) -> Result<Vec<Job>, JobError> {
        let of = place.clone();
        let kept = self
            .store
            .read(move |conn| jobs::list(conn, &of.owner, &of.workspace, wanted));
        let kept = kept.await?;
        let live = |job: Job| self.seen(&job.id).map_or(job, |seen| (*seen.job).clone());
        Ok(kept.into_iter().map(live).collect())
    }

    /// One job.
    pub async fn get(&self, place: &Place, id: &JobId) -> Result<Job, JobError> {
        let (of, wanted) = (place.clone(), id.clone());
        let kept = self
            .store
            .read(move |conn| jobs::get(conn, &of.owner, &of.workspace, &wanted));
        let kept = kept.await?.ok_or(JobError::NotFound)?;
        Ok(self.seen(id).map_or(kept, |seen| (*seen.job).clone()))
    }

    /// The states of a job, from its present one on. One that has ended has one state.
    pub async fn watch(
        &self,
        place: &Place,
        id: &JobId,
    ) -> Result<watch::Receiver<Seen>, JobError> {
        let mut job = self.get(place, id).await?;
        if let Some(running) = self.running().get(id) {
            return Ok(running.states.clone());
        }
        if !job.state.has_ended() {
            // It ended meanwhile; its end was kept before it left the running ones.
            job = self.get(place, id).await?;
        }
        // The number of an end is larger than that of any state before it.
        let (number, job) = (u64::MAX, Arc::new(job));
        Ok(watch::channel(Seen { number, job }).1)
    }

    /// Stops a job, and waits until it has ended. One that has ended stays as it is.
    pub async fn cancel(&self, place: &Place, id: &JobId) -> Result<Job, JobError> {
        let mut states = self.watch(place, id).await?;
        let stop = self.running().get(id).map(|running| running.stop.clone());
        if let Some(stop) = stop {
            stop.now(JobState::Cancelled);
        }
        wait_for_end(&mut states).await;
        self.get(place, id).await
    }

    /// Interrupts all jobs, since the program ends, and waits for them a while.
    pub async fn interrupt(&self, patience: Duration) {
        let running: Vec<_> = self.running().values().cloned().collect();
        for running in &running {
            running.stop.now(JobState::Interrupted);
        }
        let all = async {
            for mut running in running {
                wait_for_end(&mut running.states).await;
            }
        };
        let _ = tokio::time::timeout(patience, all).await;
    }

    fn seen(&self, id: &JobId) -> Option<Seen> {
        let running = self.running();
        running
            .get(id)
            .map(|running| running.states.borrow().clone())
    }

    fn running(&self) -> MutexGuard<'_, HashMap<JobId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that began, or that was under way already.
#[derive(Debug, Clone)]
pub struct Started {
    /// The job.
    pub id: JobId,
    /// How it stands.
    pub states: watch::Receiver<Seen>,
}

/// Waits until a job has ended; answers its last state.
pub async fn wait_for_end(states: &mut watch::Receiver<Seen>) -> Arc<Job> {
    // An error says that no state comes any more: the last one stays.
    let _ = states.wait_for(|seen| seen.job.state.has_ended()).await;
    Arc::clone(&states.borrow().job)
}

impl Runner {
    /// The job's id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.states.borrow().job.id.clone()
    }

    /// What its caller needs of it.
    #[must_use]
    pub fn started(&self) -> Started {
        Started {
            id: self.id(),
            states: self.states.subscribe(),
        }
    }

    /// Shows how far it is.
    fn show(&self, progress: Value) {
        self.change(|job| job.progress = progress);
    }

    /// Keeps how far it is, so that it is known after the program's end.
    async fn keep(&self) {
        let job = Arc::clone(&self.states.borrow().job);
        let kept = (self.jobs.store)
            .write(move |tx| jobs::note(tx, &job.id, &job.progress))
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "how far a job is was not kept");
        }
    }

    /// Ends it.
    pub async fn end(self, state: JobState, result: Value) {
        let job = Arc::clone(&self.states.borrow().job);
        let (id, progress, kept) = (job.id.clone(), job.progress.clone(), result.clone());
        let ended_at = crate::store::now();
        let ended = (self.jobs.store)
            .write(move |tx| jobs::end(tx, &id, state, &progress, &kept, ended_at))
            .await;
        if let Err(error) = ended {
            tracing::error!(%error, "the end of a job was not kept");
        }
        self.jobs.running().remove(&job.id);
        self.change(|job| {
            job.state = state;
            job.result = result;
            job.ended_at = Some(ended_at);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        self.states.send_modify(|seen| {
            let mut job = (*seen.job).clone();
            change(&mut job);
            seen.number += 1;
            seen.job = Arc::new(job);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::auth::permission::{Access, authorize};
    use crate::auth::token::TokenKeys;
    use crate::model::{Caller, Role, Scope, TokenId};
    use crate::services::accounts::{Accounts, Authority, NewUser, UserName};
    use crate::store::workspaces;

    async fn place(store: &Store, folder: &Path) -> Place {
        let accounts = Accounts::new(store.clone(), TokenKeys::load(folder).unwrap());
        let new = NewUser {
            user: UserName {
                name: "ann".into(),
                organization: "acme".into(),
            },
            role: Role::Admin,
            password: "violet kettle snow".into(),
        };
        let user = accounts.add_user(&Authority::Operator, new).await.unwrap();
        let caller = Caller {
            user_id: user.id.clone(),
            user_name: user.name,
            organization_id: user.organization_id.clone(),
            organization_name: user.organization,
            role: user.role,
            token_id: TokenId::generate(),
        };
        let owner = authorize(&caller, Scope::User, Access::Write).unwrap();
        let of = owner.clone();
        let workspace = store.write(move |tx| workspaces::default_workspace(tx, &of));
        Place {
            user: user.id,
            owner,
            organization: user.organization_id,
            workspace: workspace.await.unwrap(),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_begins_to_watch_a_job_as_it_ends_hears_of_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let place = place(&store, folder.path()).await;
        let jobs = Jobs::new(store).await.unwrap();
        for _ in 0..300 {
            let begun = jobs.begin(&place, JobKind::Sync, Value::Null, None);
            let runner = begun.await.unwrap().unwrap();
            let id = runner.id();
            let ending = tokio::spawn(runner.end(JobState::Succeeded, Value::Null));
            let mut states = jobs.watch(&place, &id).await.unwrap();
            let last = wait_for_end(&mut states).await;
            assert_eq!(last.state, JobState::Succeeded);
            ending.await.unwrap();
        }
    }
}
