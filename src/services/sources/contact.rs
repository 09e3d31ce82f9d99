//! The way from what a caller wrote, or the store kept, to an open session.

use crate::connectors::input::ConnectionInput;
use crate::connectors::tls::Tls;
use crate::connectors::{Credentials, Driver, Session, Settings, Target, Trace, driver};
use crate::model::SourceId;
use crate::store::sources::{self, SourceRecord};
use crate::store::workspaces;

use super::{Place, SourceError, Sources, reach};

/// A connection that is ready to be dialled.
#[derive(Debug)]
pub struct Prepared {
    /// Where, what, as whom.
    pub target: Target,
    /// What was ignored of the caller's words.
    pub warnings: Vec<String>,
}

impl Sources {
    /// Makes a connection of what a caller wrote. A source that is kept under the same name lends
    /// what was left out: its settings where no place is named, its secrets where they would go to
    /// the same place.
    pub(super) async fn prepare(
        &self,
        place: &Place,
        name: Option<&str>,
        input: ConnectionInput,
        trace: &Trace,
    ) -> Result<Prepared, SourceError> {
        let kept = match name {
            Some(name) => self.kept_by_name(place, name).await?,
            None => None,
        };
        let lends_settings = !input.names_a_place();
        let base = kept.as_ref().filter(|_| lends_settings);
        let driver = match base.and_then(|kept| kept.driver) {
            Some(driver) => driver,
            None => reach::engine_of(&self.context, &input, trace).await?,
        };
        let base = base.map(|kept| kept.settings.clone()).unwrap_or_default();
        let draft = input.draft_over(driver, base)?;
        let mut credentials = draft.credentials;
        if let Some(kept) = kept {
            let settings = &draft.settings;
            if settings.may_reuse_password_of(&kept.settings, driver.default_port) {
                credentials = merged(credentials, kept.credentials);
            } else if !credentials.has_login() && kept.credentials.has_login() {
                return Err(SourceError::CredentialsRequired);
            }
        }
        Tls::check(&draft.settings.tls, &credentials)?;
        let target = Target {
            driver,
            uploads: self.uploads_of(place, driver).await?,
            settings: draft.settings,
            credentials,
        };
        Ok(Prepared {
            target,
            warnings: draft.warnings,
        })
    }

    /// The connection of a source that is kept.
    pub(super) async fn target_of(
        &self,
        place: &Place,
        record: &SourceRecord,
    ) -> Result<Target, SourceError> {
        let settings: Settings = serde_json::from_str(&record.settings)?;
        let engine = record.source.engine.as_deref().and_then(driver);
        let driver = engine.ok_or(SourceError::NotFound("engine"))?;
        let credentials = self.credentials_of(place, &record.source.id).await?;
        if record.source.status == crate::model::source::SourceStatus::NeedsCredentials {
            return Err(SourceError::NeedsCredentials);
        }
        Ok(Target {
            driver,
            uploads: self.uploads_of(place, driver).await?,
            settings,
            credentials,
        })
    }

    /// The folder of the workspace's uploads, which its files may be in.
    async fn uploads_of(
        &self,
        place: &Place,
        driver: &Driver,
    ) -> Result<Option<String>, SourceError> {
        if driver.capability.network {
            return Ok(None);
        }
        let of = place.clone();
        let found = self
            .store
            .read(move |conn| workspaces::known_copies_file(conn, &of.owner, &of.workspace));
        Ok(found.await?)
    }

    /// One source of the place.
    pub(super) async fn record(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<SourceRecord, SourceError> {
        let (place, id) = (place.clone(), id.clone());
        let found = self
            .store
            .read(move |conn| sources::get(conn, &place.owner, &place.workspace, &id))
            .await?;
        found.ok_or(SourceError::NotFound("source"))
    }

    /// Opens a session within the time of a test.
    pub(super) async fn open(
        &self,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, SourceError> {
        Ok(reach::open(&self.context, target, trace).await?)
    }

    async fn kept_by_name(&self, place: &Place, name: &str) -> Result<Option<Kept>, SourceError> {
        let (wanted, name) = (place.clone(), name.to_owned());
        let record = self
            .store
            .read(move |conn| sources::get_by_name(conn, &wanted.owner, &wanted.workspace, &name))
            .await?;
        let Some(record) = record else {
            return Ok(None);
        };
        Ok(Some(Kept {
            driver: record.source.engine.as_deref().and_then(driver),
            settings: serde_json::from_str(&record.settings)?,
            credentials: self.credentials_of(place, &record.source.id).await?,
        }))
    }
}

/// A source as it is kept, opened.
struct Kept {
    driver: Option<&'static Driver>,
    settings: Settings,
    credentials: Credentials,
}

fn merged(mut given: Credentials, kept: Credentials) -> Credentials {
    given.password = given.password.or(kept.password);
    given.client_key = given.client_key.or(kept.client_key);
    given.api_key = given.api_key.or(kept.api_key);
    given.headers = given.headers.or(kept.headers);
    given
}
