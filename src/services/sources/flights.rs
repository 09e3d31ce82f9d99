//! One reading of a source at a time: callers who come while one runs wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

use crate::model::SourceId;

type Lock = tokio::sync::Mutex<()>;

/// The readings that run now.
#[derive(Debug, Default)]
pub struct Flights(Mutex<HashMap<SourceId, Weak<Lock>>>);

impl Flights {
    /// Waits until nobody else reads this source. Keep what it answers while reading.
    pub async fn take_off(&self, id: &SourceId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            flights.retain(|_, lock| lock.strong_count() > 0);
            let running = flights.get(id).and_then(Weak::upgrade);
            let lock = running.unwrap_or_else(|| Arc::new(Lock::default()));
            flights.insert(id.clone(), Arc::downgrade(&lock));
            lock
        };
        lock.lock_owned().await
    }
}
