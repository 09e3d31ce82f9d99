//! A new key for all that is sealed.

use jiff::Timestamp;

use super::vault::{CANARY, PLACE, VaultStartError, check_vault};
use crate::key_file::{self, Key, KeyFileError};
use crate::model::secret::SecretPlace;
use crate::store::secrets::{self, Kept};
use crate::store::{Connection, Store, StoreError};
use crate::vault::{KeySource, Vault, VaultError};

/// What came of it.
#[derive(Debug)]
pub struct Rotated {
    /// The key that seals everything now.
    pub key_id: String,
    /// How many fields of sources were sealed anew.
    pub secrets: usize,
    /// How many older keys there still are.
    pub older: usize,
}

/// Why everything is sealed as it was.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The present key does not open the store.
    #[error(transparent)]
    Start(#[from] VaultStartError),
    /// Nothing is sealed yet.
    #[error("nothing is sealed in this data folder yet, so there is no key to replace")]
    NothingSealed,
    /// The key is in the settings, which are not ours to write.
    #[error(
        "the key is given by HEADWATER_SECRET_KEY, which this program cannot change. Make a new key (openssl rand -base64 32), set HEADWATER_SECRET_KEY to it with the present key on a second line, restart the server with that, and run this again with the same setting; after that the second line may go"
    )]
    InSettings,
    /// A field does not open by any key there is.
    #[error(
        "the {field} of the source '{source_name}' does not open by any key there is; give it anew by connecting the source, or delete the source, and run this again"
    )]
    Unopened {
        /// The source.
        source_name: String,
        /// The field.
        field: String,
    },
    /// The key cannot be made or written.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a new key and seals everything anew by it, while a server works or not.
///
/// First the key is written above the others; then all is sealed by it in one transaction. Wherever
/// this ends, each row opens by a key that is there. A running server finds the new file when it
/// seals or opens next; since it seals inside of a transaction, that is before or after this one.
///
/// Where the newest key has sealed nothing yet, it is taken and no other made: this was ended before,
/// or the operator wrote it there.
pub fn rotate(store: &Store, source: &KeySource) -> Result<Rotated, RotationError> {
    store.write_blocking(|tx| {
        let mut vault = check_vault(tx, source)?.ok_or(RotationError::NothingSealed)?;
        let kept = secrets::all(tx)?;
        if let Some(kept) = unopened(&vault, &kept).first() {
            return Err(RotationError::Unopened {
                source_name: kept.name.clone(),
                field: kept.field.clone(),
            });
        }
        if is_used(tx, &kept, &vault.key_id())? {
            let Some(file) = source.file() else {
                return Err(RotationError::InSettings);
            };
            let note = format!("Made by `headwater rotate-key` at {:.0}.", Timestamp::now());
            key_file::put_above(&file, &Key::generate()?, &note)?;
            vault = Vault::load(source, false)?;
        }
        for kept in &kept {
            let secret = vault.open(place(kept), &kept.sealed)?;
            secrets::put_anew(tx, kept, &vault.seal(place(kept), &secret)?)?;
        }
        secrets::put_canary(tx, &vault.seal(PLACE, &CANARY.into())?)?;
        let keys = vault.key_ids();
        Ok(Rotated {
            key_id: vault.key_id(),
            secrets: kept.len(),
            older: keys.len().saturating_sub(1),
        })
    })
}

/// Whether anything is sealed by that key.
fn is_used(conn: &Connection, kept: &[Kept], key_id: &str) -> Result<bool, StoreError> {
    let canary = secrets::canary(conn)?;
    let mut all = kept.iter().map(|kept| &kept.sealed).chain(&canary);
    Ok(all.any(|sealed| sealed.key_id == key_id))
}

/// Those that do not open.
#[must_use]
pub fn unopened<'a>(vault: &Vault, kept: &'a [Kept]) -> Vec<&'a Kept> {
    let opens = |kept: &&Kept| vault.open(place(kept), &kept.sealed).is_ok();
    kept.iter().filter(|kept| !opens(kept)).collect()
}

fn place(kept: &Kept) -> SecretPlace<'_> {
    SecretPlace {
        organization: &kept.organization,
        row: &kept.source,
        field: &kept.field,
    }
}
