//! The sources' secrets: sealed into the store, and opened on the way to their own server.

use crate::connectors::Credentials;
use crate::model::SourceId;
use crate::model::secret::SecretPlace;
use crate::store::{Transaction, secrets};
use crate::vault::Vault;

use super::{Place, SourceError, Sources};

impl Sources {
    /// Opens the secrets of a source.
    pub(super) async fn credentials_of(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<Credentials, SourceError> {
        let (place, id, vault) = (place.clone(), id.clone(), self.vault.clone());
        // Opened there too: a key that is new to us is read from its file.
        self.store
            .read(move |conn| {
                let mut credentials = Credentials::default();
                let kept = secrets::get(conn, &place.owner, &place.workspace, &id)?;
                for (field, sealed) in &kept {
                    let opened = vault.open(secret_place(&place, &id, field), sealed)?;
                    credentials.set(field, opened);
                }
                Ok(credentials)
            })
            .await
    }
}

/// Seals the secrets of a source in place of those that it had.
pub(in crate::services) fn seal(
    tx: &Transaction<'_>,
    vault: &Vault,
    place: &Place,
    id: &SourceId,
    credentials: &Credentials,
) -> Result<(), SourceError> {
    let had = secrets::get(tx, &place.owner, &place.workspace, id)?;
    for field in had
        .keys()
        .filter(|field| credentials.fields().all(|(kept, _)| kept != *field))
    {
        secrets::remove(tx, &place.owner, &place.workspace, id, field)?;
    }
    for (field, secret) in credentials.fields() {
        let sealed = vault.seal(secret_place(place, id, field), secret)?;
        secrets::put(tx, &place.owner, &place.workspace, id, field, &sealed)?;
    }
    Ok(())
}

pub(in crate::services) fn secret_place<'a>(
    place: &'a Place,
    id: &'a SourceId,
    field: &'a str,
) -> SecretPlace<'a> {
    SecretPlace {
        organization: place.organization.as_str(),
        row: id.as_str(),
        field,
    }
}
