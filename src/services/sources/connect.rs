//! Connecting a database: it is kept where it worked, and nothing is where it did not.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::connectors::input::ConnectionInput;
use crate::connectors::{Stage, TableEntry, Target, Trace, driver, file, limits};
use crate::model::SourceId;
use crate::model::source::{SourceStatus, SourceTable, SourceType};
use crate::store::captures;
use crate::store::sources::{self, SourceDraft};
use crate::store::tables::{self, Hidden, TableDraft};

use super::contact::Prepared;
use super::reach::scrubbed;
use super::{Place, SourceError, Sources, secrets};

/// A database to be connected.
#[derive(Debug)]
pub struct ConnectRequest {
    /// The name of the source; one is made of the database and the host where absent.
    pub name: Option<String>,
    /// What it is; files are told by their engine too.
    pub source_type: SourceType,
    /// Where, what, as whom.
    pub connection: ConnectionInput,
    /// Whatever the caller keeps with it; absent keeps the old.
    pub metadata: Option<Map<String, Value>>,
    /// Whether the rows of all tables are counted.
    pub count_rows: bool,
}

/// A source that was connected.
#[derive(Debug)]
pub struct Connected {
    /// Its id.
    pub id: SourceId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub source_type: SourceType,
    /// The engine that answered.
    pub engine: &'static str,
    /// Its tables.
    pub tables: Vec<SourceTable>,
    /// What was ignored or is worth knowing.
    pub warnings: Vec<String>,
}

impl Sources {
    /// Connects a database, reads what tables it has, and keeps it. The source of the same name in
    /// the workspace is updated and keeps its id, and its tables theirs.
    pub async fn connect(
        &self,
        place: &Place,
        request: ConnectRequest,
    ) -> Result<Connected, SourceError> {
        let _attempt = self.attempts.begin(&place.user)?;
        let trace = Trace::default();
        let name = request
            .name
            .clone()
            .or_else(|| request.connection.name.clone());
        let name = name.filter(|name| !name.trim().is_empty());
        let Prepared {
            target,
            mut warnings,
        } = self
            .prepare(place, name.as_deref(), request.connection, &trace)
            .await?;
        let name = name.unwrap_or_else(|| default_name(&target));
        let source_type = match target.settings.api {
            Some(_) => SourceType::Api,
            None if target.driver.name == file::DRIVER.name => SourceType::File,
            None => request.source_type,
        };
        let mut session = self.open(&target, &trace).await?;
        let listing = session.list_tables(&target.settings.selection);
        let listed = trace
            .run(Stage::ReadCatalog, limits::INTROSPECT, listing)
            .await
            .map_err(|error| scrubbed(error, &target.credentials))?;
        warnings.extend(session.server().notes.iter().cloned());
        warnings.extend(missing_tables(&target, &listed));
        let counts = if request.count_rows {
            session
                .count_rows(&listed, Instant::now() + limits::COUNT)
                .await
        } else {
            vec![None; listed.len()]
        };
        let server = session.server().clone();
        session.close().await;

        let drafts: Vec<_> = listed.into_iter().zip(counts).map(table_draft).collect();
        let (vault, kept, kept_name) = (self.vault.clone(), place.clone(), name.clone());
        let (id, tables) = self
            .store
            .write(move |tx| -> Result<_, SourceError> {
                let settings = serde_json::to_string(&target.settings)?;
                let host = target.settings.hosts.first().map(|host| host.name.clone());
                let draft = SourceDraft {
                    name: &kept_name,
                    source_type,
                    engine: Some(server.engine),
                    server_product: Some(&server.product),
                    server_version: Some(&server.version),
                    status: SourceStatus::Connected,
                    host: host.as_deref(),
                    database: target.settings.database.as_deref(),
                    settings: &settings,
                    metadata: request.metadata.as_ref(),
                    tested_at: Some(Timestamp::now()),
                };
                let Place {
                    owner, workspace, ..
                } = &kept;
                let id = sources::save(tx, owner, workspace, &draft)?
                    .ok_or(SourceError::NotFound("workspace"))?;
                secrets::seal(tx, &vault, &kept, &id, &target.credentials)?;
                tables::replace(tx, owner, workspace, &id, &drafts, Hidden::Reveal)?;
                // Another selection or another server: what was read before says nothing of it.
                captures::forget(tx, owner, workspace, &id)?;
                let tables = tables::list(tx, owner, workspace, &id)?;
                Ok((id, tables))
            })
            .await?;
        let engine = driver(server.engine).map_or(server.engine, |driver| driver.name);
        Ok(Connected {
            id,
            name,
            source_type,
            engine,
            tables,
            warnings,
        })
    }
}

fn default_name(target: &Target) -> String {
    let host = target.settings.hosts.first().map(|host| {
        let port = host
            .port
            .filter(|port| Some(*port) != target.driver.default_port);
        crate::connectors::Host {
            name: host.name.clone(),
            port,
        }
        .to_string()
    });
    match (target.settings.database.as_deref(), host) {
        (Some(database), Some(host)) => format!("{database}@{host}"),
        (Some(database), None) => database.to_owned(),
        (None, Some(host)) => host,
        (None, None) => target.driver.title.to_owned(),
    }
}

/// The tables that the caller chose and the database does not have.
fn missing_tables(target: &Target, listed: &[TableEntry]) -> Vec<String> {
    let is = |wanted: &str| {
        listed.iter().any(|table| {
            table.name == wanted
                || table
                    .schema
                    .as_ref()
                    .is_some_and(|schema| format!("{schema}.{}", table.name) == wanted)
        })
    };
    let missing = target
        .settings
        .selection
        .tables
        .iter()
        .filter(|wanted| !is(wanted));
    missing
        .take(20)
        .map(|wanted| format!("The table '{wanted}' was chosen and is not there."))
        .collect()
}

fn table_draft((entry, row_count): (TableEntry, Option<u64>)) -> TableDraft {
    TableDraft {
        schema: entry.schema,
        name: entry.name,
        kind: entry.kind.as_str().to_owned(),
        row_count,
        row_count_estimate: entry.row_count_estimate,
    }
}
