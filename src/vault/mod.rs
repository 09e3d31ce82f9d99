//! Floor 1: sealing secrets at rest, and opening them again.
//!
//! XChaCha20-Poly1305 with a random nonce. The place that a secret belongs to is bound into its
//! sealing: a ciphertext that is moved to another row does not open.

mod place;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::key_file::{self, Key, KeyFileError};
use crate::model::secret::{Sealed, SecretPlace};

/// The key file in the data folder.
pub const FILE_NAME: &str = "secret.key";

const NONCE_LENGTH: usize = 24;

/// Where the vault's keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The text of a setting.
    Text(SecretString),
    /// A file that the operator keeps; it must be there.
    File(PathBuf),
    /// The file in the data folder, made at the first start.
    DataFolder(PathBuf),
}

impl KeySource {
    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Text(_) => None,
            Self::File(path) => Some(path.clone()),
            Self::DataFolder(folder) => Some(folder.join(FILE_NAME)),
        }
    }
}

/// Why a secret was not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// It was sealed by a key that is not among ours.
    #[error("this secret was sealed by the key {0}, which is not among the keys given")]
    UnknownKey(String),
    /// It was altered, or belongs to another place.
    #[error("this sealed secret does not open: it was altered, or moved from where it belongs")]
    DoesNotOpen,
    /// It could not be sealed.
    #[error("the secret could not be sealed")]
    NotSealed,
}

/// Seals and opens secrets. Cheap to clone.
///
/// A key file that is written anew while the program runs is noticed: what is sealed from then on is
/// sealed by its newest key, and what another process has sealed by that opens.
#[derive(Debug, Clone)]
pub struct Vault {
    keys: Arc<Keys>,
}

#[derive(Debug)]
struct Keys {
    /// The file that they are from, where it is one.
    file: Option<PathBuf>,
    loaded: RwLock<Loaded>,
}

#[derive(Debug, Clone)]
struct Loaded {
    /// At least one; the first seals.
    keys: Arc<[Key]>,
    /// How the file looked when they were read.
    look: Option<Look>,
}

/// What changes when a file is replaced or written: when it was, how long it is.
type Look = (SystemTime, u64);

fn look(path: &Path) -> Option<Look> {
    let found = path.metadata().ok()?;
    Some((found.modified().ok()?, found.len()))
}

impl Vault {
    /// Takes the keys from where they are. With `may_create` the data folder's key file is made
    /// where it is missing: to be given only while nothing is sealed yet, for a new key would open
    /// nothing of it.
    pub fn load(source: &KeySource, may_create: bool) -> Result<Self, VaultError> {
        let file = source.file();
        // Looked at first: one that is replaced meanwhile is read again.
        let look = file.as_deref().and_then(look);
        let keys = match source {
            KeySource::Text(text) => key_file::parse(text, "the secret key of the settings")?,
            KeySource::File(path) => key_file::load(path)?,
            KeySource::DataFolder(folder) => {
                let path = folder.join(FILE_NAME);
                if may_create {
                    key_file::load_or_create(&path, "Seals the credentials that Headwater keeps.")?
                } else {
                    key_file::load_ours(&path)?
                }
            }
        };
        Ok(Self::of(keys.into(), file, look))
    }

    fn of(keys: Arc<[Key]>, file: Option<PathBuf>, look: Option<Look>) -> Self {
        let loaded = RwLock::new(Loaded { keys, look });
        Self {
            keys: Arc::new(Keys { file, loaded }),
        }
    }

    /// The ids of the keys; the first seals.
    #[must_use]
    pub fn key_ids(&self) -> Vec<String> {
        let known = self.known();
        known.iter().map(|key| key.id().to_owned()).collect()
    }

    /// A vault of one key.
    #[must_use]
    pub fn of_key(key: Key) -> Self {
        Self::of([key].into(), None, None)
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn key_id(&self) -> String {
        self.key_ids().into_iter().next().unwrap_or_default()
    }

    fn known(&self) -> Arc<[Key]> {
        let loaded = self
            .keys
            .loaded
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&loaded.keys)
    }

    /// The keys as the file has them now. One that cannot be read now changes nothing.
    fn newest(&self) -> Arc<[Key]> {
        let Some(path) = &self.keys.file else {
            return self.known();
        };
        let now = look(path);
        let mut loaded = self
            .keys
            .loaded
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if now.is_some() && now != loaded.look {
            match key_file::load(path) {
                Ok(keys) => {
                    let keys = keys.into();
                    *loaded = Loaded { keys, look: now };
                }
                Err(error) => tracing::warn!(%error, "the keys stay as they were"),
            }
        }
        Arc::clone(&loaded.keys)
    }

    /// Seals a secret for its place.
    pub fn seal(
        &self,
        place: SecretPlace<'_>,
        secret: &SecretString,
    ) -> Result<Sealed, VaultError> {
        let keys = self.newest();
        let key = keys.first().ok_or(VaultError::NotSealed)?;
        let mut nonce = [0; NONCE_LENGTH];
        OsRng
            .try_fill_bytes(&mut nonce)
            .map_err(|_| VaultError::NotSealed)?;
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &place::bytes(place),
        };
        let ciphertext = cipher(key)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::NotSealed)?;
        Ok(Sealed {
            key_id: key.id().to_owned(),
            nonce: nonce.to_vec(),
            ciphertext,
        })
    }

    /// Opens a secret at its place.
    pub fn open(
        &self,
        place: SecretPlace<'_>,
        sealed: &Sealed,
    ) -> Result<SecretString, VaultError> {
        let mut keys = self.known();
        if keys.iter().all(|key| key.id() != sealed.key_id) {
            keys = self.newest();
        }
        let key = (keys.iter())
            .find(|key| key.id() == sealed.key_id)
            .ok_or_else(|| VaultError::UnknownKey(sealed.key_id.clone()))?;
        let nonce: [u8; NONCE_LENGTH] = (sealed.nonce.as_slice())
            .try_into()
            .map_err(|_| VaultError::DoesNotOpen)?;
        let payload = Payload {
            msg: &sealed.ciphertext,
            aad: &place::bytes(place),
        };
        let opened = cipher(key)
            .decrypt(&XNonce::from(nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| VaultError::DoesNotOpen)?;
        std::str::from_utf8(&opened)
            .map(SecretString::from)
            .map_err(|_| VaultError::DoesNotOpen)
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}
