//! The driver at the end of its relay, and its errors told as ours.

use std::time::Duration;

use mongodb::bson::{Document, RawDocument, RawDocumentBuf, doc};
use mongodb::error::{Error, ErrorKind as DriverKind};
use mongodb::options::{ClientOptions, SelectionCriteria, ServerAddress, ServerMonitoringMode};
use mongodb::raw_batch_cursor::{RawBatchCursor, SessionRawBatchCursor};
use mongodb::{Client, ClientSession, Cursor};

use super::error::{self, Scene};
use super::login::Login;
use super::members::Preference;
use super::relay::Relay;
use super::way::Way;
use crate::connectors::{ConnectorError, ErrorKind, Stage};

/// Connections of one session, its monitor's apart.
const CONNECTIONS: u32 = 8;

/// Documents of one answer. A server would send up to 16 MiB of them at once, of which three are in
/// memory at a time: one that arrives, one that is taken apart, and its rows.
const ANSWER: u32 = 2_000;

/// How long the driver may look for its server. It is there, or the relay knows why not.
const SELECTION: Duration = Duration::from_secs(4);

/// How often the driver asks after the server's health: hardly, in a session's short life.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// One server, through the driver.
pub struct Link {
    client: Client,
    relay: Relay,
    criteria: SelectionCriteria,
    place: String,
    login: Option<Login>,
}

impl Link {
    /// Readies the driver. Nothing is dialled before the first command.
    pub fn open(
        way: Way,
        preference: Preference,
        place: String,
        login: Option<Login>,
    ) -> Result<Self, ConnectorError> {
        let relay = Relay::open(way)?;
        let address = ServerAddress::Unix {
            path: relay.socket().to_owned(),
        };
        let mut options = ClientOptions::default();
        options.hosts = vec![address];
        options.app_name = Some("headwater".to_owned());
        options.direct_connection = Some(true);
        options.credential = login.as_ref().map(Login::credential);
        options.max_pool_size = Some(CONNECTIONS);
        options.retry_reads = Some(false);
        options.retry_writes = Some(false);
        options.server_monitoring_mode = Some(ServerMonitoringMode::Poll);
        options.heartbeat_freq = Some(HEARTBEAT);
        options.server_selection_timeout = Some(SELECTION);
        let client = Client::with_options(options).map_err(|error| {
            let scene = Scene {
                place: &place,
                login: login.as_ref(),
                database: None,
                stage: Stage::Authenticate,
            };
            error::explain(&error, scene)
        })?;
        Ok(Self {
            client,
            relay,
            criteria: preference.criteria(),
            place,
            login,
        })
    }

    /// Which member the commands are meant for, where a router chooses.
    pub fn criteria(&self) -> SelectionCriteria {
        self.criteria.clone()
    }

    /// The server's host, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The login, where there is one.
    pub fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    /// Runs a command and reads its whole answer.
    pub async fn command(&self, database: &str, command: Document) -> Result<Document, Error> {
        let database = self.client.database(database);
        let run = database.run_command(command);
        run.selection_criteria(self.criteria()).await
    }

    /// Runs a command as [`Self::command`], and gives up with the cause as soon as the way to the
    /// server breaks, which the driver would try again for a while.
    pub async fn first_command(
        &self,
        database: &str,
        command: Document,
        stage: Stage,
    ) -> Result<Document, ConnectorError> {
        tokio::select! {
            biased;
            answer = self.command(database, command) => {
                answer.map_err(|error| self.explain(&error, Some(database), stage))
            }
            fault = self.relay.broken() => Err(fault),
        }
    }

    /// Runs a command that answers with a cursor.
    pub async fn cursor(
        &self,
        database: &str,
        command: Document,
    ) -> Result<Cursor<Document>, Error> {
        let database = self.client.database(database);
        let run = database.run_cursor_command(command);
        run.selection_criteria(self.criteria()).await
    }

    /// A session for one cursor. It waits for nothing that was written before.
    pub async fn session(&self) -> Result<ClientSession, Error> {
        self.client.start_session().causal_consistency(false).await
    }

    /// Runs a command that answers with a cursor, in a session; its documents come by the batch.
    pub async fn batches_in(
        &self,
        database: &str,
        command: Document,
        session: &mut ClientSession,
    ) -> Result<SessionRawBatchCursor, Error> {
        let database = self.client.database(database);
        let run = database.run_cursor_command(command);
        let run = run.selection_criteria(self.criteria());
        run.batch_size(ANSWER).session(session).batch().await
    }

    /// As [`Self::batches_in`], without a session.
    pub async fn batches(
        &self,
        database: &str,
        command: Document,
    ) -> Result<RawBatchCursor, Error> {
        let database = self.client.database(database);
        let run = database.run_cursor_command(command);
        let run = run.selection_criteria(self.criteria());
        run.batch_size(ANSWER).batch().await
    }

    /// The first document of a command's cursor.
    pub async fn first(
        &self,
        database: &str,
        command: Document,
    ) -> Result<Option<RawDocumentBuf>, Error> {
        let cursor = self.cursor(database, command).await?;
        Ok(collect(cursor, 1).await?.pop())
    }

    /// Lets the server send as much again as a session may take: rows are taken one answer at a time,
    /// however many there are.
    pub fn refill(&self) {
        self.relay.refill();
    }

    /// What an error stands for: where a connection broke, what the relay saw of it.
    pub fn explain(&self, error: &Error, database: Option<&str>, stage: Stage) -> ConnectorError {
        // Not of a pool that was cleared: another command's connection broke, and its cause is that one's.
        let broken = matches!(
            error.kind.as_ref(),
            DriverKind::Io(_) | DriverKind::ServerSelection { .. }
        );
        if broken && let Some(fault) = self.relay.take_fault() {
            return fault;
        }
        let scene = Scene {
            place: &self.place,
            login: self.login.as_ref(),
            database,
            stage,
        };
        error::explain(error, scene)
    }

    /// Says goodbye to the server.
    pub async fn close(self) {
        let goodbye = self.client.clone().shutdown().immediate(true);
        // The relay ends what is left, so a server that does not answer holds nobody up.
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
    }
}

/// Reads a cursor to its end, `most` documents at most.
pub async fn collect(
    mut cursor: Cursor<Document>,
    most: usize,
) -> Result<Vec<RawDocumentBuf>, Error> {
    let mut documents = Vec::new();
    while documents.len() < most && cursor.advance().await? {
        documents.push(RawDocument::to_owned(cursor.current()));
    }
    Ok(documents)
}

/// Whether a failure is of one collection or database alone, so that the others are worth reading.
pub fn is_local(error: &ConnectorError) -> bool {
    matches!(
        error.kind,
        ErrorKind::PermissionDenied
            | ErrorKind::Timeout
            | ErrorKind::ServerError
            | ErrorKind::LimitExceeded
            | ErrorKind::UnsupportedServer
            | ErrorKind::DatabaseNotFound
    )
}

/// The names of the databases that the login may see (manual: listDatabases).
pub async fn database_names(link: &Link) -> Result<Vec<String>, Error> {
    let command = doc! { "listDatabases": 1, "nameOnly": true, "authorizedDatabases": true };
    let answer = link.command("admin", command).await?;
    let names = answer.get_array("databases").into_iter().flatten();
    let names = names.filter_map(|entry| entry.as_document()?.get_str("name").ok());
    Ok(names.map(str::to_owned).collect())
}
