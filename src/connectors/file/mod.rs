//! Files below the files folder, and those that callers sent: CSV, TSV, JSON, JSON Lines, Parquet,
//! workbooks. Read in place and never written to.

mod bytes;
mod config;
mod csv;
mod error;
mod excel;
mod filter;
mod introspect;
mod json;
mod options;
mod parquet;
mod part;
mod place;
mod read;
mod records;
mod scan;
mod shape;
mod value;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use super::error::Stage;
use super::read::{UnderWay, not_offered};
use super::thread::{handed_on, off_thread};
use super::{
    Capability, Connector, ConnectorError, Context, Driver, ErrorKind, Outlet, Parts, QueryRead,
    Selection, ServerInfo, Session, Snapshot, TableEntry, TableRead, Target, Trace, limits,
};
use crate::schema::{Schema, TableKind};
use options::Options;
use place::{Place, TableFiles};

/// The engine.
pub static DRIVER: Driver = Driver {
    name: "file",
    title: "Files",
    aliases: &["files"],
    url_schemes: &["file"],
    default_port: None,
    options: options::OPTIONS,
    capability: Capability {
        network: false,
        tls: false,
        schemas: false,
        query: false,
        sampled: false,
        strict_types: false,
        seeks: false,
    },
    identify: None,
    parameter: config::parameter,
    complete: config::complete,
    connector: &Files,
};

struct Files;

#[async_trait]
impl Connector for Files {
    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let files = target.files(context);
        let path = target.settings.database.clone().unwrap_or_default();
        let shown = path.clone();
        let options = Options::read(&target.settings);
        let options = Arc::new(options.map_err(|wrong| {
            ConnectorError::new(ErrorKind::InvalidQuery, wrong.message, wrong.hint)
        })?);
        let of_files = Arc::clone(&options);
        let opening = off_thread(move |_| place::find(&files, &path, &of_files));
        let opened = trace
            .run(Stage::OpenDatabase, limits::OPEN_DATABASE, opening)
            .await?;
        let Place { tables, notes } = opened;
        Ok(Box::new(OpenFiles {
            tables: Arc::new(tables),
            options,
            path: shown,
            server: ServerInfo {
                engine: DRIVER.name,
                product: DRIVER.title.to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                tls: None,
                notes,
            },
        }))
    }
}

struct OpenFiles {
    tables: Arc<Vec<TableFiles>>,
    options: Arc<Options>,
    path: String,
    server: ServerInfo,
}

impl OpenFiles {
    fn table(&self, read: &TableRead) -> Result<TableFiles, ConnectorError> {
        let mut tables = self.tables.iter();
        let found = tables.find(|table| table.name == read.table.name);
        found.cloned().ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::DatabaseNotFound,
                format!("There is no table '{}' any more.", read.table.name),
                "Read the schema again to see what is there.",
            )
        })
    }
}

#[async_trait]
impl Session for OpenFiles {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError> {
        let tables = self.tables.iter();
        let wanted = tables.filter(|table| selection.has_table(None, &table.name));
        let entries = wanted.map(|table| TableEntry {
            schema: None,
            name: table.name.clone(),
            kind: TableKind::Table,
            row_count_estimate: None,
            readable: Some(true),
        });
        Ok(entries.collect())
    }

    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError> {
        let (tables, options) = (Arc::clone(&self.tables), Arc::clone(&self.options));
        let (selection, path, parts) = (selection.clone(), self.path.clone(), parts.clone());
        let work =
            move |stop: &_| introspect::schema(&tables, &options, &selection, path, &parts, stop);
        off_thread(work).await
    }

    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
        let mut counts = Vec::with_capacity(tables.len());
        for entry in tables {
            let table = self.tables.iter().find(|table| table.name == entry.name);
            let (table, options) = (table.cloned(), Arc::clone(&self.options));
            let counting = off_thread(move |stop| {
                let table = table.as_ref();
                table
                    .map(|table| read::count(table, &options, stop))
                    .transpose()
            });
            let counted = tokio::time::timeout_at(deadline.into(), counting).await;
            counts.push(counted.ok().and_then(Result::ok).flatten());
        }
        counts
    }

    /// The files as they were when they were found; one that changes fails to be read.
    async fn begin_snapshot(&mut self, _: Option<&str>) -> Result<Snapshot, ConnectorError> {
        Ok(Snapshot {
            shared: None,
            under_way: UnderWay::None,
        })
    }

    async fn version(&mut self, read: &TableRead) -> Result<Option<String>, ConnectorError> {
        Ok(self.table(read)?.version(&self.options))
    }

    async fn largest(&mut self, _: &TableRead, _: &str) -> Result<Option<String>, ConnectorError> {
        Err(not_offered())
    }

    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError> {
        let (table, options, read) = (self.table(read)?, Arc::clone(&self.options), read.clone());
        handed_on(out, |mut outlet| {
            off_thread(move |stop| read::table(&table, &options, &read, stop, &mut outlet))
        })
        .await
    }

    async fn query(&mut self, _: &QueryRead, _: &mut Outlet) -> Result<(), ConnectorError> {
        Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "A file answers no statements.",
            "Copy it by a sync, and ask the workspace's own store.",
        ))
    }

    async fn close(self: Box<Self>) {}
}
