//! How the installation stands: for whoever runs it, on one page, and never a secret.

mod hardening;
mod room;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::backup::{Backups, Failure, Places, Running, Shelved};
use super::demo;
use super::doctor::open_to_others;
use crate::auth::permission::{Access, Denied, Operator, authorize};
use crate::model::{Caller, Scope};
use crate::store::sources::{SourceHealth, health};
use crate::store::{self, Store, StoreError, users};
use crate::vault::{KeySource, Vault};
use hardening::{Seen, advise};

pub use hardening::Advice;
pub use room::Room;

/// What tells how the installation stands. Cheap enough to ask now and then: files are counted anew.
#[derive(Debug)]
pub struct Installation {
    store: Store,
    vault: Vault,
    backups: Backups,
    places: Places,
    setting: Setting,
    started_at: Timestamp,
    started: Instant,
}

/// What the settings say that matters for its safety.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether sources may be on any host.
    pub any_source_host: bool,
    /// Whether the first admin's password stands among the settings.
    pub password_in_settings: bool,
}

/// How the installation stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Status {
    /// The program's version.
    pub version: &'static str,
    /// Since when it runs.
    #[schema(value_type = String)]
    pub started_at: Timestamp,
    /// How long that is.
    pub uptime_seconds: u64,
    /// The key that seals credentials.
    pub key: KeyStatus,
    /// The store.
    pub store: StoreStatus,
    /// The disk, and what stands on it.
    pub disk: Room,
    /// The backups.
    pub backups: BackupStatus,
    /// The caller's own sources and those of their organization.
    pub sources: Vec<SourceHealth>,
    /// What makes it less safe than it could be.
    pub hardening: Vec<Advice>,
}

/// The key that seals credentials: which it is, and not what it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct KeyStatus {
    /// Its id, made of its hash.
    pub fingerprint: String,
    /// How many older ones still open what they sealed.
    pub older: usize,
}

/// The store.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StoreStatus {
    /// Its version.
    pub version: usize,
    /// Its length, with what stands in its log.
    pub bytes: u64,
}

/// The backups.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BackupStatus {
    /// The newest, however it was made.
    pub last: Option<Shelved>,
    /// How old that is.
    pub last_age_seconds: Option<u64>,
    /// How many there are.
    pub count: usize,
    /// Why their folder cannot be looked at.
    pub folder_error: Option<String>,
    /// The one that is being made.
    pub running: Option<Running>,
    /// Why the last one was not made, where this process tried and failed.
    pub last_failure: Option<Failure>,
    /// The time from one to the next by the schedule; none where there is no schedule.
    pub every_seconds: Option<u64>,
    /// How many of the schedule's stay.
    pub keep: Option<usize>,
    /// When the next is due.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Timestamp>,
}

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// The caller's role does not go that far.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Installation {
    /// The installation as it is started now.
    #[must_use]
    pub fn new(
        store: Store,
        vault: Vault,
        backups: Backups,
        places: Places,
        setting: Setting,
    ) -> Self {
        Self {
            store,
            vault,
            backups,
            places,
            setting,
            started_at: store::now(),
            started: Instant::now(),
        }
    }

    /// How it stands.
    pub async fn status(&self, by: &Operator, caller: &Caller) -> Result<Status, StatusError> {
        let owners =
            [Scope::User, Scope::Organization].map(|scope| authorize(caller, scope, Access::Read));
        let [own, shared] = owners;
        let owners = [own?, shared?];
        let read = self.store.read(move |conn| {
            let mut sources = Vec::new();
            for owner in &owners {
                sources.extend(health(conn, owner)?);
            }
            let demo = users::credentials_by_name(conn, demo::NAME, Some(demo::NAME))?;
            let demo = demo.is_some_and(|found| !found.user.disabled);
            Ok::<_, StoreError>((store::versions(conn)?.0, sources, demo))
        });
        let (version, sources, demo_user) = read.await?;
        // A folder that cannot be read is one of the things to be told.
        let (listed, folder_error) = match self.backups.list(by).await {
            Ok(listed) => (listed, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let backups = self.backup_status(&listed, folder_error).await;
        let places = self.places.clone();
        let looked =
            tokio::task::spawn_blocking(move || (Room::of(&places), open_to_others(&places)));
        let (disk, open_files) = looked.await.map_err(|_| StoreError::Stopped)?;
        let key_ids = self.vault.key_ids();
        let seen = Seen {
            setting: self.setting,
            key_in_data_folder: self.key_in_data_folder(),
            demo_user,
            open_files: &open_files,
            free_bytes: disk.free_bytes,
            keyed_backups: (listed.iter())
                .filter(|backup| backup.includes_key == Some(true))
                .count(),
            backup_age: backups.last_age_seconds.map(Duration::from_secs),
            backup_failure: backups.last_failure.as_ref(),
            schedule: self.backups.schedule(),
        };
        let hardening = advise(&seen);
        Ok(Status {
            version: env!("CARGO_PKG_VERSION"),
            started_at: self.started_at,
            uptime_seconds: self.started.elapsed().as_secs(),
            key: KeyStatus {
                older: key_ids.len().saturating_sub(1),
                fingerprint: key_ids.into_iter().next().unwrap_or_default(),
            },
            store: StoreStatus {
                version,
                bytes: disk.store_bytes,
            },
            disk,
            backups,
            sources,
            hardening,
        })
    }

    async fn backup_status(
        &self,
        listed: &[Shelved],
        folder_error: Option<String>,
    ) -> BackupStatus {
        let last = listed.first().cloned();
        let age = last.as_ref().map(|last| {
            let age = Timestamp::now().duration_since(last.made_at);
            u64::try_from(age.max(SignedDuration::ZERO).as_secs()).unwrap_or(0)
        });
        let schedule = self.backups.schedule();
        BackupStatus {
            last,
            last_age_seconds: age,
            count: listed.len(),
            folder_error,
            running: self.backups.running(),
            last_failure: self.backups.failure(),
            every_seconds: schedule.map(|schedule| schedule.every.as_secs()),
            keep: schedule.map(|schedule| schedule.keep),
            next_at: self.backups.next_at().await,
        }
    }

    fn key_in_data_folder(&self) -> bool {
        match &self.places.secret_key {
            KeySource::DataFolder(_) => true,
            KeySource::Text(_) => false,
            KeySource::File(path) => self.places.is_inside(path),
        }
    }
}
