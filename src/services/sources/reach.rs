//! Reaching a source, whoever asks and whatever is kept of it.

use std::future::Future;

use secrecy::ExposeSecret;

use crate::connectors::detect::{self, Answer};
use crate::connectors::input::{ConnectionInput, Engine};
use crate::connectors::trace::out_of_time;
use crate::connectors::{
    ConfigError, ConnectorError, Context, Credentials, Driver, ErrorKind, Host, ServerInfo,
    Session, Stage, TableEntry, Target, Trace, limits,
};
use crate::schema::Schema;

use super::SourceError;
use super::flights::{Phase, Progress};

/// The engine that a caller names, else the one that the server says it is.
pub(super) async fn engine_of(
    context: &Context,
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
    let answer = detect::identify(&context.dialer, &host, port, &asking).await;
    if let Ok(Answer::Engine(driver)) = answer {
        return Ok(driver);
    }
    trace.adopt(&asking);
    Err(trace.fail(not_identified(&host, answer?)).into())
}

/// Opens a session within the time of a test.
pub(super) async fn open(
    context: &Context,
    target: &Target,
    trace: &Trace,
) -> Result<Box<dyn Session>, ConnectorError> {
    let connecting = async {
        let opened = target.driver.connect(context, target, trace);
        match opened.await {
            Err(error) => Err(detect::name_the_silent(&context.dialer, target, error).await),
            session => session,
        }
    };
    bounded(connecting, trace, target).await
}

/// Reads the whole schema. Answers the session too, for whoever goes on with it.
pub(super) async fn introspect(
    context: &Context,
    target: &Target,
    progress: &Progress,
) -> Result<(Box<dyn Session>, Schema), ConnectorError> {
    let trace = Trace::default();
    let mut session = open(context, target, &trace).await?;
    progress.reached(Phase::ReadCatalog);
    let reading = session.read_schema(&target.settings.selection, &progress.parts);
    let read = trace
        .run(Stage::ReadCatalog, limits::INTROSPECT, reading)
        .await;
    let mut schema = match read {
        Ok(schema) => schema,
        Err(error) => {
            session.close().await;
            return Err(scrubbed(error, &target.credentials));
        }
    };
    for unreadable in &mut schema.unreadable {
        let why = std::mem::take(&mut unreadable.why);
        let told = ConnectorError::new(ErrorKind::ServerError, why, "");
        unreadable.why = scrubbed(told, &target.credentials).message;
    }
    Ok((session, schema))
}

/// Lists the tables.
pub(super) async fn look(
    context: &Context,
    target: &Target,
    trace: &Trace,
) -> Result<(ServerInfo, Vec<TableEntry>), ConnectorError> {
    let mut session = open(context, target, trace).await?;
    let listing = session.list_tables(&target.settings.selection);
    let listed = trace.run(Stage::ReadCatalog, limits::TEST, listing).await;
    let server = session.server().clone();
    session.close().await;
    let tables = listed.map_err(|error| scrubbed(error, &target.credentials))?;
    Ok((server, tables))
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
pub(in crate::services) fn scrubbed(
    error: ConnectorError,
    credentials: &Credentials,
) -> ConnectorError {
    credentials.fields().fold(error, |error, (_, secret)| {
        error.scrubbed(secret.expose_secret())
    })
}
