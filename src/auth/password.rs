//! Passwords: which are taken, how they are hashed and verified.

mod policy;

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

pub use policy::{WeakPassword, check_policy};

/// Memory of one hashing, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashings at once: each takes [`MEMORY_KIB`] and a core.
const AT_ONCE: usize = 4;

/// Hashings that may wait for their turn; more are sent away.
const QUEUE: usize = 64;

/// The hash of no password, of the same parameters as the others: what is verified for a user that
/// is not there, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGxpdmVzIGhlcg$\
                      UzQ0dZ0r5kNfGhfWnR9mbq1j3w8xVtL2eYcA7oKpXsM";

/// Bytes of the salt of a key that is made of a passphrase.
pub const SALT_LENGTH: usize = 16;

/// What making a key out of a passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// What new keys cost. More than a login: whoever has the document may try as long as they like
    /// (RFC 9106 §4, the second recommended option, in one lane).
    pub const NEW: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// Whether it is not so much that a stranger's document could hold the program up by it.
    #[must_use]
    pub fn is_bearable(self) -> bool {
        (8..=Self::NEW.memory_kib).contains(&self.memory_kib)
            && (1..=4).contains(&self.passes)
            && self.lanes == 1
    }
}

/// Why a password was not hashed or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many are being worked on.
    #[error("too many logins at once; try again in a few seconds")]
    Busy,
    /// The hashing failed, for want of memory or of random bytes.
    #[error("the password could not be hashed")]
    Failed,
}

/// Hashes and verifies passwords, off the async threads and a bounded number at once. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// One for each that works or waits.
    places: Arc<Semaphore>,
    /// One for each that works.
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with_limits(cores.min(AT_ONCE), QUEUE)
    }
}

impl Passwords {
    fn with_limits(at_once: usize, queue: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once + queue)),
            turns: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// The hash of a password, with its parameters and a salt of its own.
    pub async fn hash(&self, password: SecretString) -> Result<String, PasswordError> {
        self.work(move || {
            argon2()?
                .hash_password(password.expose_secret().as_bytes())
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|_| PasswordError::Failed)
        })
        .await
    }

    /// Whether the password is that of the hash. Takes as long, and answers no, where there is no hash.
    pub async fn verify(
        &self,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.work(move || {
            let known = hash.is_some();
            let hash = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY))
                .map_err(|_| PasswordError::Failed)?;
            let same = argon2()?
                .verify_password(password.expose_secret().as_bytes(), &hash)
                .is_ok();
            Ok(same && known)
        })
        .await
    }

    /// A key out of a passphrase, by argon2id with these parameters.
    pub async fn derive(
        &self,
        passphrase: SecretString,
        salt: [u8; SALT_LENGTH],
        cost: Cost,
    ) -> Result<Zeroizing<[u8; 32]>, PasswordError> {
        if !cost.is_bearable() {
            return Err(PasswordError::Failed);
        }
        self.work(move || {
            let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32));
            let params = params.map_err(|_| PasswordError::Failed)?;
            let mut key = Zeroizing::new([0; 32]);
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, key.as_mut())
                .map_err(|_| PasswordError::Failed)?;
            Ok(key)
        })
        .await
    }

    /// Waits for a turn, if there is a place to wait in. The place and the turn move into the task:
    /// a caller who goes away does not free them while the work goes on.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| PasswordError::Busy)?;
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Busy)?;
        spawn_blocking(move || {
            let _held = (place, turn);
            work()
        })
        .await
        .unwrap_or(Err(PasswordError::Failed))
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_by_its_own_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("a good long one".into()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let verify =
            |text: &str, hash: Option<&String>| passwords.verify(text.into(), hash.cloned());
        assert_eq!(verify("a good long one", Some(&hash)).await, Ok(true));
        assert_eq!(verify("a good long one ", Some(&hash)).await, Ok(false));
        assert_eq!(verify("a good long one", None).await, Ok(false));
    }

    #[tokio::test]
    async fn the_same_password_has_another_hash_each_time() {
        let passwords = Passwords::default();
        let (one, two) = (
            passwords.hash("same".into()).await,
            passwords.hash("same".into()).await,
        );
        assert_ne!(one, two);
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_that_of_somebody() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(hash.algorithm.as_str(), "argon2id");
        let params = Params::try_from(&hash).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
        assert_eq!(hash.salt.unwrap().len(), 16);
        assert_eq!(hash.hash.unwrap().len(), Params::DEFAULT_OUTPUT_LEN);
    }

    #[tokio::test]
    async fn a_key_is_that_of_its_passphrase_salt_and_cost_and_no_strangers_cost_is_paid() {
        let passwords = Passwords::default();
        let least = Cost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        };
        let derive = |text: &str, salt: u8, cost| passwords.derive(text.into(), [salt; 16], cost);
        let key = derive("a", 1, least).await.unwrap();
        assert_eq!(derive("a", 1, least).await.unwrap(), key);
        let dearer = Cost { passes: 2, ..least };
        for other in [("b", 1, least), ("a", 2, least), ("a", 1, dearer)] {
            assert_ne!(derive(other.0, other.1, other.2).await.unwrap(), key);
        }
        let cost = Cost::NEW;
        for (memory_kib, passes, lanes) in [
            (cost.memory_kib + 1, 1, 1),
            (8, 5, 1),
            (8, 1, 2),
            (8, 0, 1),
            (7, 1, 1),
        ] {
            let cost = Cost {
                memory_kib,
                passes,
                lanes,
            };
            assert_eq!(derive("a", 1, cost).await, Err(PasswordError::Failed));
        }
    }

    #[tokio::test]
    async fn more_than_may_wait_are_sent_away_at_once() {
        let passwords = Passwords::with_limits(1, 2);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let first = passwords.clone();
        let first = tokio::spawn(async move {
            first
                .work(move || held.recv().map_err(|_| PasswordError::Failed))
                .await
        });
        while passwords.turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..2)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.work(|| Ok(())).await })
            })
            .collect();
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(passwords.work(|| Ok(())).await, Err(PasswordError::Busy));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(()));
        for task in waiting {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
        assert_eq!(passwords.work(|| Ok(())).await, Ok(()));
    }
}
