//! The way from what a caller wrote, or the store kept, to an open session.

use std::future::Future;

use secrecy::ExposeSecret;

use crate::connectors::detect::{self, Answer};
use crate::connectors::input::{ConnectionInput, Engine};
use crate::connectors::tls::Tls;
use crate::connectors::trace::out_of_time;
use crate::connectors::{
    ConfigError, ConnectorError, Credentials, Driver, ErrorKind, Host, Session, Settings, Stage,
    Target, Trace, driver, limits,
};
use crate::model::SourceId;
use crate::store::sources::{self, SourceRecord};

use super::{Place, SourceError, Sources};

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
            None => self.engine_of(&input, trace).await?,
        };
        let base = base.map(|kept| kept.settings.clone()).unwrap_or_default();
        let draft = input.draft_over(driver, base)?;
        let mut credentials = draft.credentials;
        if let Some(kept) = kept {
            let settings = &draft.settings;
            if settings.may_reuse_password_of(&kept.settings, driver.default_port) {
                credentials = merged(credentials, kept.credentials);
            } else if credentials.password.is_none() && kept.credentials.password.is_some() {
                return Err(SourceError::CredentialsRequired);
            }
        }
        Tls::check(&draft.settings.tls, &credentials)?;
        let target = Target {
            driver,
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
            settings,
            credentials,
        })
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
        let connecting = async {
            let opened = target.driver.connect(&self.context, target, trace);
            match opened.await {
                Err(error) => {
                    Err(detect::name_the_silent(&self.context.dialer, target, error).await)
                }
                session => session,
            }
        };
        Ok(bounded(connecting, trace, target).await?)
    }

    async fn engine_of(
        &self,
        input: &ConnectionInput,
        trace: &Trace,
    ) -> Result<&'static Driver, SourceError> {
        if let Engine::Told(driver) = input.engine()? {
            return Ok(driver);
        }
        let Some((host, port)) = input.place_to_ask()? else {
            let message = "Neither engine, URL nor port tells what to connect to.";
            return Err(ConfigError::new("databaseType", message, NAME_IT).into());
        };
        // The stages of the asking are a finding only where it fails; else those of the connecting are.
        let asking = Trace::default();
        let answer = detect::identify(&self.context.dialer, &host, port, &asking).await;
        if let Ok(Answer::Engine(driver)) = answer {
            return Ok(driver);
        }
        trace.adopt(&asking);
        Err(trace.fail(not_identified(&host, answer?)).into())
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

const NAME_IT: &str = "Set databaseType to one of the engines listed at /data/engines.";

/// Why nobody knows which engine to speak to.
fn not_identified(host: &Host, answer: Answer) -> ConnectorError {
    if let Some(who) = answer.described() {
        return ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            format!("At {host} answers {who}, no database that is known here."),
            "Check the port.",
        );
    }
    let (kind, message, hint) = match answer {
        Answer::Silent => (
            ErrorKind::Timeout,
            format!(
                "The server at {host} took the connection and said nothing, whatever it was asked."
            ),
            "It may be overloaded, or the port another service's. If you know the engine, name it: \
             a server that is asked in its own words is waited for longer.",
        ),
        Answer::HungUp => (
            ErrorKind::ConnectionLost,
            format!("The server at {host} took the connection and closed it without a word."),
            "It may take TLS alone, have no connection to spare, refuse this machine's address, or \
             be a proxy without a server behind it. If you know the engine, name it: the test then \
             tells these apart as far as the engine lets one.",
        ),
        _ => (
            ErrorKind::ProtocolMismatch,
            format!("The server at {host} did not say which engine it is."),
            "If you know the engine, name it.",
        ),
    };
    ConnectorError::new(kind, message, format!("{hint} {NAME_IT}"))
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
    given
}

/// Runs a whole attempt within the time of a test, and takes the secrets out of what it says.
async fn bounded<T>(
    work: impl Future<Output = Result<T, ConnectorError>>,
    trace: &Trace,
    target: &Target,
) -> Result<T, ConnectorError> {
    let result = match tokio::time::timeout(limits::TEST, work).await {
        Ok(result) => result,
        Err(_) => Err(out_of_time(
            trace.last_stage().unwrap_or(Stage::Connect),
            limits::TEST,
        )),
    };
    result.map_err(|error| scrubbed(trace.fail(error), &target.credentials))
}

/// Takes the secrets out of an error.
pub(super) fn scrubbed(error: ConnectorError, credentials: &Credentials) -> ConnectorError {
    credentials.fields().fold(error, |error, (_, secret)| {
        error.scrubbed(secret.expose_secret())
    })
}
