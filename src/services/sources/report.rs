//! Testing a connection: how far it came, who answered, and what the login may read.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;

use crate::connectors::input::ConnectionInput;
use crate::connectors::trace::{StageRecord, out_of_time};
use crate::connectors::{ConnectorError, Context, ServerInfo, Stage, TableEntry, Trace, limits};
use crate::model::SourceId;
use crate::model::source::SourceStatus;
use crate::store::sources::{self, Contact};

use super::contact::Prepared;
use super::{Place, SourceError, Sources, reach};

/// What a test found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TestReport {
    /// The stages that were reached, in order.
    pub stages: Vec<StageRecord>,
    /// How long all of it took, in milliseconds.
    pub total_ms: f64,
    /// Who answered, where the login worked.
    pub server: Option<ServerInfo>,
    /// What the login may read, where the catalog was read.
    pub access: Option<Access>,
    /// Why it failed, where it did.
    #[serde(skip)]
    #[schema(ignore)]
    pub failure: Option<ConnectorError>,
    /// What was ignored of the request.
    #[serde(skip)]
    #[schema(ignore)]
    pub warnings: Vec<String>,
}

/// What a login may read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Access {
    /// The schemas (namespaces) in which tables were seen.
    pub schemas: Vec<String>,
    /// How many tables were seen.
    pub tables: usize,
    /// How many of them the login may not read.
    pub unreadable_tables: usize,
    /// The first of those, by name.
    pub unreadable: Vec<String>,
}

/// The most unreadable tables that are named.
const NAMED: usize = 20;

impl Access {
    fn of(tables: &[TableEntry]) -> Self {
        let full = |table: &TableEntry| match &table.schema {
            Some(schema) => format!("{schema}.{}", table.name),
            None => table.name.clone(),
        };
        let closed: Vec<_> = tables
            .iter()
            .filter(|table| table.readable == Some(false))
            .collect();
        let schemas: BTreeSet<_> = tables
            .iter()
            .filter_map(|table| table.schema.clone())
            .collect();
        Self {
            schemas: schemas.into_iter().collect(),
            tables: tables.len(),
            unreadable_tables: closed.len(),
            unreadable: closed.into_iter().take(NAMED).map(full).collect(),
        }
    }
}

impl Sources {
    /// Tests a connection as a caller wrote it. Nothing is kept.
    pub async fn test(
        &self,
        place: &Place,
        name: Option<&str>,
        input: ConnectionInput,
        trace: &Trace,
    ) -> Result<TestReport, SourceError> {
        let _attempt = self.attempts.begin(&place.user)?;
        let name = name.map(str::to_owned).or_else(|| input.name.clone());
        let preparing = Box::pin(self.prepare(place, name.as_deref(), input, trace));
        examine(&self.context, trace, preparing).await
    }

    /// Tests the connection of a source that is kept, and notes how it stands.
    pub async fn test_kept(
        &self,
        place: &Place,
        id: &SourceId,
        trace: &Trace,
    ) -> Result<TestReport, SourceError> {
        let started = Instant::now();
        let found = self.look_at_kept(place, id, trace).await?;
        let told = found.as_ref().map(|(server, _)| server);
        self.note_contact(place, id, told).await?;
        Ok(report(started, trace, found))
    }

    /// The same, and nothing is noted.
    pub(in crate::services) async fn try_kept(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<TestReport, SourceError> {
        let (started, trace) = (Instant::now(), Trace::default());
        let found = self.look_at_kept(place, id, &trace).await?;
        Ok(report(started, &trace, found))
    }

    async fn look_at_kept(
        &self,
        place: &Place,
        id: &SourceId,
        trace: &Trace,
    ) -> Result<Found, SourceError> {
        let _attempt = self.attempts.begin(&place.user)?;
        let record = self.record(place, id).await?;
        let target = self.target_of(place, &record).await?;
        let looking = async { Ok(reach::look(&self.context, &target, trace).await) };
        in_time(trace, looking, Err).await
    }

    /// Notes that a source was tried just now: who answered, or why nobody did.
    pub(super) async fn note_contact(
        &self,
        place: &Place,
        id: &SourceId,
        told: Result<&ServerInfo, &ConnectorError>,
    ) -> Result<(), SourceError> {
        let (place, id) = (place.clone(), id.clone());
        let (status, error) = match told {
            Ok(_) => (SourceStatus::Connected, None),
            Err(error) => (SourceStatus::Unreachable, Some(error.kind.code())),
        };
        let server = told.ok().cloned();
        self.store
            .write(move |tx| {
                let contact = Contact {
                    status,
                    error,
                    at: Timestamp::now(),
                    server_product: server.as_ref().map(|s| s.product.as_str()),
                    server_version: server.as_ref().map(|s| s.version.as_str()),
                };
                sources::record_contact(tx, &place.owner, &place.workspace, &id, &contact)
            })
            .await?;
        Ok(())
    }
}

/// Tests a connection, once it is prepared.
pub(super) async fn examine(
    context: &Context,
    trace: &Trace,
    preparing: Pin<Box<impl Future<Output = Result<Prepared, SourceError>>>>,
) -> Result<TestReport, SourceError> {
    let started = Instant::now();
    let asked = async {
        match preparing.await {
            Ok(Prepared { target, warnings }) => {
                Ok((reach::look(context, &target, trace).await, warnings))
            }
            // The engine had to be asked, and the asking failed: that is a finding too.
            Err(SourceError::Connector(error)) => Ok((Err(error), Vec::new())),
            Err(other) => Err(other),
        }
    };
    let (found, warnings) = in_time(trace, asked, |error| (Err(error), Vec::new())).await?;
    Ok(TestReport {
        warnings,
        ..report(started, trace, found)
    })
}

/// Runs a whole test within its time; where that runs out, the stage at which it stands is the finding.
async fn in_time<T>(
    trace: &Trace,
    test: impl Future<Output = Result<T, SourceError>>,
    found: impl FnOnce(ConnectorError) -> T,
) -> Result<T, SourceError> {
    // On the heap: it holds all that an engine's way in holds.
    tokio::time::timeout(limits::TEST, Box::pin(test))
        .await
        .unwrap_or_else(|_| {
            let stage = trace.last_stage().unwrap_or(Stage::Connect);
            Ok(found(out_of_time(stage, limits::TEST)))
        })
}

type Found = Result<(ServerInfo, Vec<TableEntry>), ConnectorError>;

fn report(started: Instant, trace: &Trace, found: Found) -> TestReport {
    let (server, access, failure) = match found {
        Ok((server, tables)) => (Some(server), Some(Access::of(&tables)), None),
        Err(error) => (None, None, Some(trace.fail(error))),
    };
    TestReport {
        stages: trace.stages(),
        total_ms: (started.elapsed().as_secs_f64() * 1e5).round() / 1e2,
        server,
        access,
        failure,
        warnings: Vec::new(),
    }
}
