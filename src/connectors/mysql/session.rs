//! One open connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::catalog::{Catalog, listing};
use super::client::Client;
use super::connect::{Opened, Plan};
use super::error::About;
use super::query::Refused;
use super::read::{self, Reading};
use super::server::{Flavour, Server};
use super::tables::Tables;
use super::wire::Failure;
use super::{catalog, count, introspect, kill, query, quote};
use crate::connectors::error::{ConnectorError, ErrorKind};
use crate::connectors::read::{Outlet, QueryRead, Snapshot, TableRead, not_offered};
use crate::connectors::{Parts, Selection, ServerInfo, Session, Stage, TableEntry, Trace, limits};
use crate::schema::{Schema, TableKind};

/// How long the estimates of rows may take in a listing, which a person waits for.
const ESTIMATES: Duration = Duration::from_secs(3);

/// What a query gets more from us than from the server, so that the server's own limit is the one
/// that strikes and says so.
const MARGIN: Duration = Duration::from_secs(1);

/// A session of either engine.
pub struct MySqlSession {
    client: Client,
    plan: Arc<Plan>,
    server: Server,
    about: About,
    /// The database that was asked for, as the server writes it.
    database: Option<String>,
    info: ServerInfo,
    query: Option<String>,
    /// Whether its settings are those for reading rows.
    reads_rows: bool,
}

impl MySqlSession {
    /// Opens the database and makes the connection ready for reading. The stage `open_database`.
    pub async fn start(
        plan: Plan,
        opened: Opened,
        query: Option<String>,
        trace: &Trace,
    ) -> Result<Self, ConnectorError> {
        let Opened {
            mut client,
            tls,
            notes,
            about,
        } = opened;
        let plan = Arc::new(plan);
        let work = async {
            let failed = |failure| plan.explain(failure, &about);
            if let Some(database) = plan.database() {
                let sql = format!("USE {}", quote::identifier(database));
                client.execute(&sql).await.map_err(failed)?;
            }
            let (server, database) = who(&mut client).await.map_err(failed)?;
            server.check()?;
            prepare(&mut client, &server).await.map_err(failed)?;
            Ok((server, database))
        };
        let (server, database) = trace
            .run(Stage::OpenDatabase, limits::OPEN_DATABASE, work)
            .await?;
        let info = ServerInfo {
            engine: server.engine(),
            product: server.product.to_owned(),
            version: server.version.clone(),
            tls,
            notes,
        };
        Ok(Self {
            client,
            plan,
            server,
            about,
            database,
            info,
            query,
            reads_rows: false,
        })
    }

    fn failed(&self, failure: Failure) -> ConnectorError {
        self.plan
            .explain(failure, &self.about)
            .at(Stage::ReadCatalog)
    }

    fn refused(&self, refused: Refused) -> ConnectorError {
        match refused {
            Refused::Here(error) => error,
            Refused::There(failure) => self.plan.explain_query(failure, &self.about),
        }
        .at(Stage::ReadCatalog)
    }

    /// What is told of rows that could not be read.
    fn unread(&self, refused: Refused, callers: bool) -> ConnectorError {
        match refused {
            Refused::Here(error) => error,
            Refused::There(failure) if callers => self.plan.explain_query(failure, &self.about),
            Refused::There(failure) => self.plan.explain(failure, &self.about),
        }
    }

    /// Begins to read rows.
    fn reading(&mut self) -> Reading<'_> {
        self.reads_rows = true;
        Reading {
            client: &mut self.client,
            plan: &self.plan,
            server: &self.server,
        }
    }

    /// Goes back to reading the catalog.
    async fn end_reading(&mut self) -> Result<(), Failure> {
        if self.reads_rows {
            read::end(&mut self.client).await?;
            prepare(&mut self.client, &self.server).await?;
            self.reads_rows = false;
        }
        Ok(())
    }

    /// The databases that are read: the one that was named, else all but the server's own.
    async fn schemas(&mut self, selection: &Selection) -> Result<Vec<String>, Failure> {
        self.end_reading().await?;
        let mut schemas = match &self.database {
            Some(database) => vec![database.clone()],
            None => listing::schemas(&mut self.client).await?,
        };
        schemas.retain(|s| selection.schema.as_ref().is_none_or(|wanted| wanted == s));
        Ok(schemas)
    }

    async fn list(&mut self, selection: &Selection) -> Result<Vec<TableEntry>, Failure> {
        let schemas = self.schemas(selection).await?;
        if schemas.is_empty() {
            return Ok(Vec::new());
        }
        let catalog = &mut Catalog::open(&mut self.client, &self.server, &schemas).await?;
        let listed = listing::read(catalog).await?.tables;
        let wanted = listed
            .into_iter()
            .filter(|listed| selection.has_table(Some(listed.name().0), listed.name().1));
        let (tables, broken): (Vec<_>, Vec<_>) = wanted
            .map(|listed| (listed.table, listed.broken.is_some()))
            .unzip();
        let mut tables = Tables::new(tables);
        listing::statistics(catalog, ESTIMATES, &mut tables).await?;
        let privileges = catalog.privileges().await?;
        let entries = tables.into_list().into_iter().zip(broken);
        let entries = entries.map(|(table, broken)| {
            let schema = table.schema.unwrap_or_default();
            let readable = if broken {
                Some(false)
            } else {
                privileges.may_read(&schema, &table.name)
            };
            TableEntry {
                row_count_estimate: table.row_count_estimate,
                schema: Some(schema),
                name: table.name,
                kind: table.kind,
                readable,
            }
        });
        Ok(entries.collect())
    }
}

/// Who answers behind any proxy, and the current database.
async fn who(client: &mut Client) -> Result<(Server, Option<String>), Failure> {
    let sql = include_str!("sql/server.sql");
    let mut found = client
        .read(sql, 1, |row| {
            Some((Server::read(&row.string(0), &row.string(1)), row.text(2)))
        })
        .await?;
    found
        .pop()
        .ok_or(Failure::Malformed("no version where it was asked for"))
}

/// Makes a fresh connection read-only, in one character set, and bounded in time. The SQL mode
/// stays the server's: the caller's query is meant for it, and our own statements mean the same
/// under any.
pub async fn prepare(client: &mut Client, server: &Server) -> Result<(), Failure> {
    let limit = limits::INTROSPECT;
    let limit = match server.flavour {
        Flavour::MySql => format!("max_execution_time = {}", limit.as_millis()),
        Flavour::MariaDb => format!("max_statement_time = {}", limit.as_secs()),
    };
    let basic = "SET NAMES utf8mb4, SESSION autocommit = 1";
    match client.execute(&format!("{basic}, SESSION {limit}")).await {
        // A look-alike without such a limit: ours is the only one then.
        Err(Failure::Server(_)) => client.execute(basic).await?,
        done => done?,
    }
    // TiDB knows no such sessions; what is run there only reads all the same.
    let read_only = client.execute("SET SESSION TRANSACTION READ ONLY").await;
    catalog::refusal_is_fine(read_only)
}

#[async_trait]
impl Session for MySqlSession {
    fn server(&self) -> &ServerInfo {
        &self.info
    }

    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError> {
        let (plan, thread) = (Arc::clone(&self.plan), self.client.thread());
        kill::stopping(&plan, thread, async {
            let listed = self.list(selection).await;
            let mut entries = listed.map_err(|failure| self.failed(failure))?;
            if let Some(sql) = &selection.query {
                let table = query::describe(&mut self.client, sql, selection).await;
                let table = table.map_err(|refused| self.refused(refused))?;
                entries.push(TableEntry {
                    schema: None,
                    name: table.name,
                    kind: table.kind,
                    row_count_estimate: None,
                    readable: Some(true),
                });
            }
            self.query.clone_from(&selection.query);
            Ok(entries)
        })
        .await
    }

    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError> {
        let (plan, thread) = (Arc::clone(&self.plan), self.client.thread());
        kill::stopping(&plan, thread, async {
            let schemas = self.schemas(selection).await;
            let schemas = schemas.map_err(|failure| self.failed(failure))?;
            let (client, server) = (&mut self.client, &self.server);
            // Two readers make a large future.
            let read = introspect::read(client, &plan, server, &schemas, selection, parts);
            let mut schema = Box::pin(read)
                .await
                .map_err(|failure| self.failed(failure))?;
            schema.database.clone_from(&self.database);
            if let Some(sql) = &selection.query {
                let table = query::describe(&mut self.client, sql, selection).await;
                schema
                    .tables
                    .push(table.map_err(|refused| self.refused(refused))?);
            }
            Ok(schema)
        })
        .await
    }

    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
        let query = self.query.as_deref();
        let client = &mut self.client;
        count::rows(client, &self.plan, &self.server, tables, query, deadline).await
    }

    async fn begin_snapshot(&mut self, join: Option<&str>) -> Result<Snapshot, ConnectorError> {
        if join.is_some() {
            return Err(not_offered());
        }
        let (plan, thread) = (Arc::clone(&self.plan), self.client.thread());
        let begun = kill::stopping(&plan, thread, self.reading().begin()).await;
        begun.map_err(|failure| self.unread(Refused::There(failure), false))
    }

    async fn largest(
        &mut self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, ConnectorError> {
        let (plan, thread) = (Arc::clone(&self.plan), self.client.thread());
        let largest = kill::stopping(&plan, thread, self.reading().largest(read, column)).await;
        largest.map_err(|refused| self.unread(refused, read.kind == TableKind::Query))
    }

    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError> {
        let (plan, thread) = (Arc::clone(&self.plan), self.client.thread());
        let done = kill::stopping(&plan, thread, self.reading().table(read, out)).await;
        done.map_err(|refused| self.unread(refused, read.kind == TableKind::Query))
    }

    async fn query(&mut self, query: &QueryRead, out: &mut Outlet) -> Result<(), ConnectorError> {
        let (plan, thread) = (Arc::clone(&self.plan), self.client.thread());
        let mut reading = self.reading();
        let work = kill::stopping(&plan, thread, reading.query(query, out));
        match tokio::time::timeout(query.timeout + MARGIN, work).await {
            Ok(done) => done.map_err(|refused| self.unread(refused, true)),
            Err(_) => Err(ConnectorError::new(
                ErrorKind::Timeout,
                "The query took longer than it may.",
                "Ask for less, or give it more time.",
            )),
        }
    }

    async fn close(self: Box<Self>) {
        // A server that does not take the goodbye loses the connection all the same.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.client.quit()).await;
    }
}
