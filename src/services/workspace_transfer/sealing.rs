//! Secrets on their way in a document: under a key of the caller's passphrase.

use std::collections::{BTreeMap, HashMap, HashSet};

use data_encoding::BASE64;
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::SecretString;
use serde_json::Value;

use super::TransferFailure;
use super::document::{SealedField, SealedSecrets, SealedSource};
use crate::auth::password::{Cost, Passwords, SALT_LENGTH};
use crate::connectors::{Credentials, Settings};
use crate::key_file::Key;
use crate::model::SourceId;
use crate::model::secret::{Sealed, SecretPlace};
use crate::services::transfer::{SourceDocument, TransferError, checksum};
use crate::vault::{Vault, VaultError};

const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20poly1305";
const CHECK: &str = "headwater-workspace";
/// The fields that a source's secrets have.
const FIELDS: [&str; 4] = ["password", "client_key", "api_key", "headers"];

/// Seals under a passphrase, and opens what was sealed under it.
#[derive(Debug)]
pub struct Passage {
    vault: Vault,
    cost: Cost,
    salt: [u8; SALT_LENGTH],
}

impl Passage {
    /// A new one.
    pub async fn begin(
        passwords: &Passwords,
        passphrase: SecretString,
    ) -> Result<Self, TransferFailure> {
        let mut salt = [0; SALT_LENGTH];
        (OsRng.try_fill_bytes(&mut salt)).map_err(|_| VaultError::NotSealed)?;
        Self::derive(passwords, passphrase, Cost::NEW, salt).await
    }

    /// That of a document. Answers only where the passphrase is the one that it was made with.
    pub async fn again(
        passwords: &Passwords,
        passphrase: SecretString,
        secrets: &SealedSecrets,
    ) -> Result<Self, TransferFailure> {
        let unknown = |field: &str| TransferError::Unreadable {
            field: format!("secrets.{field}"),
            expected: "way of sealing that this program opens",
        };
        for (field, told, known) in [
            ("kdf", &secrets.kdf, KDF),
            ("cipher", &secrets.cipher, CIPHER),
        ] {
            if told != known {
                return Err(unknown(field).into());
            }
        }
        let cost = Cost {
            memory_kib: secrets.memory_kib,
            passes: secrets.passes,
            lanes: secrets.lanes,
        };
        if !cost.is_bearable() {
            return Err(unknown("memory_kib").into());
        }
        let salt = BASE64.decode(secrets.salt.as_bytes()).ok();
        let salt = salt.and_then(|salt| salt.try_into().ok());
        let salt = salt.ok_or_else(|| unknown("salt"))?;
        let passage = Self::derive(passwords, passphrase, cost, salt).await?;
        passage.open(check(), &secrets.check)?;
        Ok(passage)
    }

    async fn derive(
        passwords: &Passwords,
        passphrase: SecretString,
        cost: Cost,
        salt: [u8; SALT_LENGTH],
    ) -> Result<Self, TransferFailure> {
        let key = passwords.derive(passphrase, salt, cost).await?;
        Ok(Self {
            vault: Vault::of_key(Key::new(&key)),
            cost,
            salt,
        })
    }

    /// Seals what sources have.
    pub fn seal(
        &self,
        sources: &[(&SourceDocument, Credentials)],
    ) -> Result<SealedSecrets, TransferFailure> {
        let mut sealed = Vec::new();
        for (source, credentials) in sources {
            let settings = digest(&source.settings)?;
            let mut fields = BTreeMap::new();
            for (field, secret) in credentials.fields() {
                let place = place(&settings, &source.id, field);
                let secret = self.vault.seal(place, secret)?;
                fields.insert(field.to_owned(), written(&secret));
            }
            sealed.push(SealedSource {
                source_id: source.id.clone(),
                fields,
            });
        }
        Ok(SealedSecrets {
            kdf: KDF.to_owned(),
            memory_kib: self.cost.memory_kib,
            passes: self.cost.passes,
            lanes: self.cost.lanes,
            salt: BASE64.encode(&self.salt),
            cipher: CIPHER.to_owned(),
            check: written(&self.vault.seal(check(), &CHECK.into())?),
            sources: sealed,
        })
    }

    /// Opens the secrets of a document, each for the source that it was sealed for.
    pub fn open_all(
        &self,
        secrets: &SealedSecrets,
        sources: &[SourceDocument],
    ) -> Result<HashMap<SourceId, Credentials>, TransferFailure> {
        let mut opened = HashMap::new();
        let mut seen = HashSet::new();
        for (at, sealed) in (0..).zip(&secrets.sources) {
            let at = |field: &str| format!("secrets.sources[{at}].{field}");
            let source = sources.iter().find(|source| source.id == sealed.source_id);
            let source = source.ok_or_else(|| TransferError::Dangling {
                field: at("source_id"),
            })?;
            if !seen.insert(&source.id) {
                let field = at("source_id");
                return Err(TransferError::Twice { field }.into());
            }
            let settings = digest(&source.settings)?;
            let mut credentials = Credentials::default();
            for (field, secret) in &sealed.fields {
                if !FIELDS.contains(&field.as_str()) {
                    return Err(TransferError::Unreadable {
                        field: at("fields"),
                        expected: "field of a secret",
                    }
                    .into());
                }
                let secret = self.open(place(&settings, &source.id, field), secret);
                // The passphrase is right: what does not open was altered, or its source was.
                let secret = secret.map_err(|_| TransferError::Unreadable {
                    field: format!("{}.{field}", at("fields")),
                    expected: "secret of this source as it was exported",
                })?;
                credentials.set(field, secret);
            }
            opened.insert(source.id.clone(), credentials);
        }
        Ok(opened)
    }

    fn open(
        &self,
        place: SecretPlace<'_>,
        field: &SealedField,
    ) -> Result<SecretString, TransferError> {
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).unwrap_or_default();
        let sealed = Sealed {
            key_id: self.vault.key_id(),
            nonce: bytes(&field.nonce),
            ciphertext: bytes(&field.ciphertext),
        };
        let opened = self.vault.open(place, &sealed);
        opened.map_err(|_| TransferError::Passphrase)
    }
}

fn check() -> SecretPlace<'static> {
    SecretPlace {
        organization: CHECK,
        row: "",
        field: "check",
    }
}

fn place<'a>(settings: &'a str, source: &'a SourceId, field: &'a str) -> SecretPlace<'a> {
    SecretPlace {
        organization: settings,
        row: source.as_str(),
        field,
    }
}

fn digest(settings: &Settings) -> Result<String, TransferFailure> {
    match serde_json::to_value(settings)? {
        Value::Object(fields) => Ok(checksum(&fields)),
        _ => Ok(String::new()),
    }
}

fn written(sealed: &Sealed) -> SealedField {
    SealedField {
        nonce: BASE64.encode(&sealed.nonce),
        ciphertext: BASE64.encode(&sealed.ciphertext),
    }
}
