//! Backups as the server makes and keeps them: one at a time, on a thread of its own.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::shelf::{Shelf, Shelved};
use super::{BackupError, Places, Schedule, make};
use crate::auth::permission::Operator;
use crate::private_file;

/// The backups of this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Backups {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    places: Places,
    pub(super) shelf: Shelf,
    pub(super) schedule: Option<Schedule>,
    /// Held by the one that is being made.
    one: Arc<Semaphore>,
    pub(super) stop: CancellationToken,
    seen: Mutex<Seen>,
}

/// What this process saw of its backups.
#[derive(Debug, Default)]
struct Seen {
    running: Option<Running>,
    failure: Option<Failure>,
}

/// A backup that is being made.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = RunningBackup)]
pub struct Running {
    /// What it will be called.
    pub name: String,
    /// Since when.
    #[schema(value_type = String)]
    pub started_at: Timestamp,
}

/// Why the last one was not made.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = BackupFailure)]
pub struct Failure {
    /// When it ended.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Why.
    pub message: String,
    /// Whether the schedule had begun it.
    pub scheduled: bool,
}

/// A backup that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MadeBackup)]
pub struct Kept {
    /// What it is.
    #[serde(flatten)]
    pub shelved: Shelved,
    /// What is not in it, and why.
    pub left_out: Vec<String>,
}

/// A backup that was begun, and goes on whoever waits for it.
#[derive(Debug)]
pub struct Begun {
    /// What it will be called.
    pub running: Running,
    end: JoinHandle<Result<Kept, BackupError>>,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum BackupsError {
    /// Another one is being made.
    #[error("a backup is being made already")]
    Busy(Option<Running>),
    /// There is none of that name.
    #[error("there is no such backup")]
    NotFound,
    /// It was not made.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The folder of backups cannot be used.
    #[error("the folder of backups cannot be used: {0}")]
    Folder(#[from] io::Error),
}

impl Begun {
    /// Waits for its end.
    pub async fn wait(self) -> Result<Kept, BackupsError> {
        let ended = self.end.await;
        Ok(ended.unwrap_or(Err(BackupError::Stopped))?)
    }
}

impl Backups {
    /// Backups of `places`, also made by `schedule` where there is one.
    #[must_use]
    pub fn new(places: Places, schedule: Option<Schedule>) -> Self {
        let shelf = Shelf::new(places.backup_dir.clone());
        Self {
            inner: Arc::new(Inner {
                places,
                shelf,
                schedule,
                one: Arc::new(Semaphore::new(1)),
                stop: CancellationToken::new(),
                seen: Mutex::default(),
            }),
        }
    }

    /// Begins one, unless another is being made.
    pub fn begin(&self, _: &Operator, with_key: bool) -> Result<Begun, BackupsError> {
        let free = Arc::clone(&self.inner.one).try_acquire_owned();
        let Ok(permit) = free else {
            return Err(BackupsError::Busy(self.running()));
        };
        Ok(self.start(permit, with_key, false))
    }

    /// Makes the one that it is time for, once no other is being made.
    pub(super) async fn make_scheduled(&self) -> Result<Kept, BackupsError> {
        let free = Arc::clone(&self.inner.one).acquire_owned().await;
        let permit = free.map_err(|_| BackupError::Stopped)?;
        self.start(permit, false, true).wait().await
    }

    fn start(&self, permit: OwnedSemaphorePermit, with_key: bool, scheduled: bool) -> Begun {
        let running = Running {
            name: Shelf::new_name(scheduled),
            started_at: Timestamp::now(),
        };
        self.seen().running = Some(running.clone());
        let (backups, name) = (self.clone(), running.name.clone());
        let end = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let made = backups.inner.make(&name, with_key, scheduled);
            let mut seen = backups.seen();
            seen.running = None;
            seen.failure = match &made {
                Ok(_) => None,
                Err(error) => {
                    tracing::error!(%error, scheduled, "no backup was made");
                    Some(Failure {
                        at: Timestamp::now(),
                        message: error.to_string(),
                        scheduled,
                    })
                }
            };
            made
        });
        Begun { running, end }
    }

    /// The backups, the newest first.
    pub async fn list(&self, _: &Operator) -> Result<Vec<Shelved>, BackupsError> {
        self.aside(|shelf| Ok(shelf.list()?)).await
    }

    /// A backup, opened.
    pub async fn open(&self, _: &Operator, name: String) -> Result<(Shelved, File), BackupsError> {
        let open = move |shelf: &Shelf| shelf.open(&name)?.ok_or(BackupsError::NotFound);
        self.aside(open).await
    }

    /// Takes a backup away.
    pub async fn remove(&self, _: &Operator, name: String) -> Result<(), BackupsError> {
        let remove = move |shelf: &Shelf| {
            let was = shelf.remove(&name)?;
            was.then_some(()).ok_or(BackupsError::NotFound)
        };
        self.aside(remove).await
    }

    /// The one that is being made.
    #[must_use]
    pub fn running(&self) -> Option<Running> {
        self.seen().running.clone()
    }

    /// Why the last one was not made, where it was not.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.seen().failure.clone()
    }

    /// Ends the one that is being made, and the schedule; waits a while until it has taken away what
    /// it wrote.
    pub async fn stop(&self, patience: Duration) {
        self.inner.stop.cancel();
        let _ = tokio::time::timeout(patience, self.inner.one.acquire()).await;
    }

    /// Works on the folder where that keeps nobody waiting.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf) -> Result<T, BackupsError> + Send + 'static,
    ) -> Result<T, BackupsError> {
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || work(&inner.shelf)).await;
        done.map_err(|_| BackupError::Stopped)?
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.inner
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn make(&self, name: &str, with_key: bool, scheduled: bool) -> Result<Kept, BackupError> {
        let folder = self.shelf.folder();
        let failed = |cause| BackupError::Io {
            path: folder.to_owned(),
            cause,
        };
        private_file::make_folder(folder).map_err(failed)?;
        let made = make(&self.places, &self.shelf.path(name), with_key, &self.stop)?;
        self.shelf.note(name, &made).map_err(failed)?;
        let shelved = self.shelf.find(name).map_err(failed)?.ok_or_else(|| {
            BackupError::Place(format!("{name} was taken away as soon as it was made"))
        })?;
        tracing::info!(name, bytes = made.bytes, scheduled, "a backup was made");
        // Only now: whatever fails before leaves the old ones where they are.
        if let (true, Some(schedule)) = (scheduled, self.schedule) {
            match self.shelf.forget_oldest(schedule.keep, name) {
                Ok(gone) if gone.is_empty() => {}
                Ok(gone) => tracing::info!(?gone, "the oldest backups went"),
                Err(error) => tracing::warn!(%error, "old backups are left over"),
            }
        }
        Ok(Kept {
            shelved,
            left_out: made.left_out,
        })
    }
}
