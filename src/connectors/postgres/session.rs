//! One open session.

use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::introspect::{Aside, Beside, Catalog, Locked, Refusals};
use super::login::Connected;
use super::product::POSTGRESQL;
use super::reader::{LOCK, Pace, Reader, SearchPath};
use super::{config, count, introspect, query, read, tables};
use crate::connectors::{
    ConnectorError, Outlet, Parts, QueryRead, Selection, ServerInfo, Session, Settings, Snapshot,
    Stage, TableEntry, TableRead, limits,
};
use crate::schema::{Schema, TableKind};

/// A session with a server that takes us.
pub struct PostgresSession {
    connected: Connected,
    /// Where the names in the caller's own select are looked up.
    search_path: Vec<String>,
}

/// How often a catalog is read where the server stumbles over changes to it.
const ATTEMPTS: u32 = 4;

/// How long a lock is waited for before it is asked who holds which: mostly they are gone by then.
const SHORT_LOCK: Duration = Duration::from_secs(1);

impl PostgresSession {
    pub fn new(connected: Connected, settings: &Settings) -> Self {
        Self {
            connected,
            search_path: config::search_path(settings),
        }
    }

    async fn catalog(&self, pace: Pace) -> Result<Reader<'_>, ConnectorError> {
        self.connected
            .read(SearchPath::Empty, pace, limits::INTROSPECT)
            .await
    }

    async fn for_query(&self) -> Result<Reader<'_>, ConnectorError> {
        self.connected
            .read(self.path(), Pace::AtOnce, limits::INTROSPECT)
            .await
    }

    /// Where names in a caller's own words are looked up.
    fn path(&self) -> SearchPath<'_> {
        match &self.search_path[..] {
            [] => SearchPath::Default,
            schemas => SearchPath::Schemas(schemas),
        }
    }

    async fn tables(&self, selection: &Selection) -> Result<Vec<TableEntry>, ConnectorError> {
        let mut entries = Vec::new();
        if let Some(query) = &selection.query {
            let reader = self.for_query().await?;
            query::check(&reader, query).await?;
            reader.finish();
            entries.push(query_entry());
        }
        let reader = self.catalog(Pace::AtOnce).await?;
        let tables = tables::read(&reader, selection).await?;
        reader.finish();
        let selected = tables.into_iter().filter(|table| table.selected);
        let listed = selected.map(|table| TableEntry {
            schema: Some(table.schema),
            name: table.name,
            kind: table.kind,
            row_count_estimate: table.estimate,
            readable: Some(table.readable),
        });
        Ok(listed.chain(entries).collect())
    }

    async fn read_catalog(
        &self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Catalog, ConnectorError> {
        let (mut pace, mut attempts, mut lock) = (Pace::AtOnce, 1, SHORT_LOCK);
        let mut locked = Locked::default();
        loop {
            let passed = locked.array();
            let read = self.read_catalog_once(selection, pace, lock, passed, parts);
            match read.await {
                // A look-alike lacks a catalog, or a right to one was taken from the login.
                Err(error)
                    if pace == Pace::AtOnce
                        && (introspect::is_refusal(&error) || introspect::is_aftermath(&error)) =>
                {
                    pace = Pace::OneByOne;
                }
                Err(error) if attempts < ATTEMPTS && introspect::has_stumbled(&error) => {
                    attempts += 1;
                }
                Err(error) if self.is_postgresql() && introspect::has_stumbled(&error) => {
                    return Err(self.connected.about.changing(error));
                }
                // Nobody is asked for locks before one is in the way.
                Err(error) if attempts < ATTEMPTS && introspect::is_locked_out(&error) => {
                    (attempts, lock) = (attempts + 1, LOCK);
                    locked = self.locked(selection).await.map_err(|_| error)?;
                }
                Err(error) => return Err(error),
                Ok(mut catalog) => {
                    catalog.locked = locked;
                    return Ok(catalog);
                }
            }
        }
    }

    /// Whether it is PostgreSQL itself, and no look-alike, whose codes may mean other things.
    fn is_postgresql(&self) -> bool {
        self.connected.info.product == POSTGRESQL
    }

    async fn locked(&self, selection: &Selection) -> Result<Locked, ConnectorError> {
        let reader = self.catalog(Pace::AtOnce).await?;
        let locked = Locked::read(&reader, selection).await?;
        reader.finish();
        Ok(locked)
    }

    async fn read_catalog_once(
        &self,
        selection: &Selection,
        pace: Pace,
        lock: Duration,
        locked: String,
        parts: &Parts,
    ) -> Result<Catalog, ConnectorError> {
        let path = SearchPath::Empty;
        let reader = self.connected.read_past(path, pace, lock, locked).await?;
        let refusals = Refusals::of(&reader, parts);
        let large = Aside::wanted(&self.connected, &reader).await?;
        let beside = async {
            let aside = match large {
                Some(snapshot) => Aside::open(&self.connected, snapshot).await,
                None => None,
            };
            let Some(aside) = aside else {
                return Beside::read(&reader, selection, &refusals).await.map(Ok);
            };
            let read = async {
                let other = aside.reader(lock, &reader).await?;
                let beside = Beside::read(&other, selection, &refusals).await?;
                other.finish();
                Ok(beside)
            };
            let beside = read.await;
            aside.close().await;
            Ok(beside)
        };
        // Boxed, since two dozen statements at once make a future too large for a stack.
        let catalog = Box::pin(Catalog::read(&reader, beside, selection, &refusals)).await?;
        reader.finish();
        Ok(catalog)
    }

    async fn schema(&self, selection: &Selection, parts: &Parts) -> Result<Schema, ConnectorError> {
        let mut described = None;
        if let Some(query) = &selection.query {
            let reader = self.for_query().await?;
            described = Some(query::describe(&reader, query).await?);
            reader.finish();
        }
        let catalog = self.read_catalog(selection, parts).await?;
        Ok(introspect::joined(
            catalog,
            &self.connected.about.database,
            selection,
            described,
        ))
    }
}

fn query_entry() -> TableEntry {
    TableEntry {
        schema: None,
        name: Selection::QUERY_TABLE.to_owned(),
        kind: TableKind::Query,
        row_count_estimate: None,
        readable: Some(true),
    }
}

#[async_trait]
impl Session for PostgresSession {
    fn server(&self) -> &ServerInfo {
        &self.connected.info
    }

    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError> {
        let tables = self.tables(selection).await;
        tables.map_err(|error| error.at(Stage::ReadCatalog))
    }

    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError> {
        let schema = self.schema(selection, parts).await;
        schema.map_err(|error| error.at(Stage::ReadCatalog))
    }

    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
        count::count(&self.connected, tables, deadline).await
    }

    async fn begin_snapshot(&mut self, join: Option<&str>) -> Result<Snapshot, ConnectorError> {
        read::begin_snapshot(&self.connected, join).await
    }

    async fn largest(
        &mut self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, ConnectorError> {
        read::largest(&self.connected, self.path(), read, column).await
    }

    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError> {
        read::read_table(&self.connected, self.path(), read, out).await
    }

    async fn query(&mut self, query: &QueryRead, out: &mut Outlet) -> Result<(), ConnectorError> {
        read::query(&self.connected, self.path(), query, out).await
    }

    async fn close(self: Box<Self>) {
        self.connected.close().await;
    }
}
