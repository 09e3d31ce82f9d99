//! Opening the vault at a start: the right key goes on, a wrong one stops here and not at the first
//! source that is used.

use secrecy::SecretString;

use crate::key_file::KeyFileError;
use crate::model::secret::{Sealed, SecretPlace};
use crate::store::{Connection, Store, StoreError, secrets};
use crate::vault::{KeySource, Vault, VaultError};

pub(super) const CANARY: &str = "headwater";
pub(super) const PLACE: SecretPlace<'_> = SecretPlace {
    organization: "",
    row: "vault_canary",
    field: "canary",
};

/// Why the vault does not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultStartError {
    /// The key is not the one that the store's secrets were sealed with.
    #[error(
        "the secret key is not the one that this data folder's credentials were sealed with (that was key {needed}, this is {given}); start with the right one: the file secret.key of a backup, or HEADWATER_SECRET_KEY"
    )]
    WrongKey {
        /// The id of the key that is needed.
        needed: String,
        /// The id of the newest key that was given.
        given: String,
    },
    /// The key is not there though secrets were sealed with it.
    #[error(
        "the secret key {} is missing, and the credentials in this data folder cannot be read without it; put it back from a backup, or give it by HEADWATER_SECRET_KEY", .0.display()
    )]
    KeyMissing(std::path::PathBuf),
    /// The key cannot be read, or is none.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the vault, and makes sure that it is the one which sealed what the store holds. Its key is
/// made at the first start alone.
pub async fn open_vault(store: &Store, source: &KeySource) -> Result<Vault, VaultStartError> {
    let canary: Option<Sealed> = store.read(secrets::canary).await?;
    let vault = Vault::load(source, canary.is_none()).map_err(|error| match error {
        VaultError::Key(KeyFileError::Missing(path)) if canary.is_some() => {
            VaultStartError::KeyMissing(path)
        }
        other => other.into(),
    })?;
    let canary = match canary {
        Some(canary) => canary,
        None => keep_canary(store, &vault).await?,
    };
    opens(vault, canary)
}

/// Whether the key opens what a store holds, as a start would; nothing is made. `None` where the
/// store has sealed nothing yet, and any key will do.
pub fn check_vault(
    conn: &Connection,
    source: &KeySource,
) -> Result<Option<Vault>, VaultStartError> {
    let Some(canary) = secrets::canary(conn)? else {
        return Ok(None);
    };
    let vault = Vault::load(source, false).map_err(|error| match error {
        VaultError::Key(KeyFileError::Missing(path)) => VaultStartError::KeyMissing(path),
        other => other.into(),
    })?;
    opens(vault, canary).map(Some)
}

fn opens(vault: Vault, canary: Sealed) -> Result<Vault, VaultStartError> {
    match vault.open(PLACE, &canary) {
        Ok(_) => Ok(vault),
        Err(VaultError::UnknownKey(_) | VaultError::DoesNotOpen) => {
            Err(VaultStartError::WrongKey {
                needed: canary.key_id,
                given: vault.key_id(),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps a canary, unless another process has kept one meanwhile. Answers the one that is kept.
async fn keep_canary(store: &Store, vault: &Vault) -> Result<Sealed, VaultStartError> {
    let sealed = vault.seal(PLACE, &SecretString::from(CANARY))?;
    store
        .write(move |tx| {
            if let Some(kept) = secrets::canary(tx)? {
                return Ok(kept);
            }
            secrets::put_canary(tx, &sealed)?;
            Ok(sealed)
        })
        .await
}
