//! How many connections are being opened at once, and by whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::SourceError;
use crate::model::UserId;

/// Attempts to connect that run at once, of all callers together. Each is cheap, a task and a
/// socket; the bound only keeps a flood from using up the process's file descriptors.
const ATTEMPTS: usize = 512;

/// The attempts that run now.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Running>);

#[derive(Debug, Default)]
struct Running {
    all: usize,
    by_user: HashMap<UserId, usize>,
}

/// One of them. Dropping it makes room.
#[derive(Debug)]
pub struct Attempt {
    among: Arc<Attempts>,
    user: UserId,
}

impl Attempts {
    /// Begins one more. Nobody may have more than are left free for the others, so that one caller
    /// alone takes half of them, a second one half of the rest, and a newcomer finds room.
    ///
    /// # Errors
    /// [`SourceError::Busy`] where there are too many in all, [`SourceError::Share`] where this
    /// user has too many.
    pub fn begin(self: &Arc<Self>, user: &UserId) -> Result<Attempt, SourceError> {
        let mut running = self.running();
        let free = ATTEMPTS.saturating_sub(running.all);
        match running.by_user.get(user) {
            _ if free == 0 => return Err(SourceError::Busy),
            Some(theirs) if *theirs >= free => return Err(SourceError::Share),
            _ => {}
        }
        running.all += 1;
        *running.by_user.entry(user.clone()).or_default() += 1;
        Ok(Attempt {
            among: Arc::clone(self),
            user: user.clone(),
        })
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut running = self.among.running();
        running.all -= 1;
        let left = running.by_user.get_mut(&self.user).map(|theirs| {
            *theirs -= 1;
            *theirs
        });
        if left == Some(0) {
            running.by_user.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin_all(attempts: &Arc<Attempts>, user: &UserId) -> Vec<Attempt> {
        std::iter::from_fn(|| attempts.begin(user).ok()).collect()
    }

    #[test]
    fn one_caller_leaves_half_of_all_attempts_to_others() {
        let attempts = Arc::<Attempts>::default();
        let [greedy, second, newcomer] = [(); 3].map(|()| UserId::generate());
        let held = begin_all(&attempts, &greedy);
        assert_eq!(held.len(), ATTEMPTS / 2);
        assert!(matches!(attempts.begin(&greedy), Err(SourceError::Share)));
        let more = begin_all(&attempts, &second);
        assert_eq!(more.len(), ATTEMPTS / 4);
        assert!(attempts.begin(&newcomer).is_ok());
        drop(more);
        drop(held);
        assert!(attempts.running().by_user.is_empty());
        assert_eq!(begin_all(&attempts, &greedy).len(), ATTEMPTS / 2);
    }

    #[test]
    fn there_is_an_end_to_all_of_them_together() {
        let attempts = Arc::<Attempts>::default();
        let held: Vec<_> = (0..ATTEMPTS)
            .map(|_| attempts.begin(&UserId::generate()).unwrap())
            .collect();
        assert!(matches!(
            attempts.begin(&UserId::generate()),
            Err(SourceError::Busy)
        ));
        drop(held);
        assert!(attempts.begin(&UserId::generate()).is_ok());
    }
}
