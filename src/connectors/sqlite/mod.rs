//! `SQLite` files below the files folder, read in place and never written to.

mod catalog;
mod config;
mod ddl;
mod details;
mod error;
mod introspect;
mod names;
mod open;
mod query;
mod read;
mod relations;
mod room;
mod sample;
mod tables_read;
mod types;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::limits::Limit;

use super::error::Stage;
use super::read::UnderWay;
use super::{
    Capability, Connector, ConnectorError, Context, Driver, Outlet, Parts, QueryRead, Selection,
    ServerInfo, Session, Snapshot, TableEntry, TableRead, Target, Trace, limits,
};
use crate::schema::{Schema, TableKind};
use worker::{Stop, Worker, off_thread};

pub use catalog::quoted;
pub use names::{Replaced, replace_tables};
pub use read::Origins;
use read::Texts;
pub use sample::create_sample;

/// The engine.
pub static DRIVER: Driver = Driver {
    name: "sqlite",
    title: "SQLite",
    aliases: &["sqlite3"],
    url_schemes: &["sqlite", "sqlite3"],
    default_port: None,
    options: &[],
    capability: Capability {
        network: false,
        tls: false,
        schemas: false,
        query: true,
        sampled: false,
        strict_types: false,
        seeks: true,
    },
    identify: None,
    parameter: config::parameter,
    complete: config::complete,
    connector: &Sqlite,
};

struct Sqlite;

#[async_trait]
impl Connector for Sqlite {
    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let files = target.files(context);
        let shown = target.settings.database.clone().unwrap_or_default();
        let file = shown.clone();
        let opening = off_thread(move |stop| {
            let path = files.file(&shown)?;
            open::open(&path, &shown, stop)
        });
        let opened = trace
            .run(Stage::OpenDatabase, limits::OPEN_DATABASE, opening)
            .await?;
        Ok(Box::new(OpenFile {
            worker: Worker::new(opened.connection),
            server: ServerInfo {
                engine: DRIVER.name,
                product: DRIVER.title.to_owned(),
                version: rusqlite::version().to_owned(),
                tls: None,
                notes: opened.notes,
            },
            file,
            query: target.settings.selection.query.clone(),
            origins: Arc::default(),
            own: false,
        }))
    }
}

/// The largest value, in bytes, that is read of a file of our own. Of a stranger's it is less, but what
/// other engines hold is copied into ours.
const OWN_LENGTH: i32 = 512 << 20;

/// Opens a file of our own, that of a workspace's copied rows, wherever it is. Statements tell the
/// types of its columns as `origins` has them.
pub async fn open_own(path: &Path, origins: Origins) -> Result<Box<dyn Session>, ConnectorError> {
    let (path, shown) = (path.to_owned(), "the workspace's own store".to_owned());
    let file = shown.clone();
    let opened = off_thread(move |stop| open::open(&path, &shown, stop)).await?;
    let length = opened
        .connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, OWN_LENGTH);
    length.map_err(error::failed)?;
    read::tell_meanings(&opened.connection).map_err(error::failed)?;
    Ok(Box::new(OpenFile {
        worker: Worker::new(opened.connection),
        server: ServerInfo {
            engine: DRIVER.name,
            product: DRIVER.title.to_owned(),
            version: rusqlite::version().to_owned(),
            tls: None,
            notes: opened.notes,
        },
        file,
        query: None,
        origins: Arc::new(origins),
        own: true,
    }))
}

struct OpenFile {
    worker: Worker,
    server: ServerInfo,
    file: String,
    /// What the table of the kind `query` stands for, when its rows are counted.
    query: Option<String>,
    /// What is known of its columns beside their declarations.
    origins: Arc<Origins>,
    /// Whether it is a file of our own.
    own: bool,
}

impl OpenFile {
    /// A failure in words that fit the file.
    fn worded<T>(&self, done: Result<T, ConnectorError>) -> Result<T, ConnectorError> {
        done.map_err(|error| {
            if self.own {
                error::of_own(error)
            } else {
                error
            }
        })
    }

    /// How its texts compare.
    fn texts(&self) -> Texts {
        if self.own {
            Texts::ByMeaning
        } else {
            Texts::AsDeclared
        }
    }
}

#[async_trait]
impl Session for OpenFile {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError> {
        let selection = selection.clone();
        let work =
            move |connection: &Connection, _: &Stop| introspect::list(connection, &selection);
        self.worker.run(None, work).await
    }

    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError> {
        let (selection, parts) = (selection.clone(), parts.clone());
        let file = self.file.clone();
        let work = move |connection: &Connection, stop: &Stop| {
            introspect::introspect(connection, stop, &selection, file, &parts)
        };
        self.worker.run(None, work).await
    }

    /// One after the other: the disk and the file's cache are shared, and a second reader of the
    /// same file gains little.
    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
        let query = self.query.clone();
        let wanted: Vec<_> = tables
            .iter()
            .map(|table| (table.kind, table.name.clone()))
            .collect();
        let work = move |connection: &Connection, stop: &Stop| {
            let count = |(kind, name): &(TableKind, String)| match kind {
                _ if Instant::now() >= deadline || stop.check().is_err() => None,
                TableKind::Query => query::count(connection, query.as_deref()?).ok(),
                _ => catalog::count(connection, name).ok(),
            };
            Ok(wanted.iter().map(count).collect())
        };
        let counted = self.worker.run(Some(deadline), work).await;
        counted.unwrap_or_else(|_| vec![None; tables.len()])
    }

    async fn begin_snapshot(&mut self, _: Option<&str>) -> Result<Snapshot, ConnectorError> {
        read::begin(&self.worker).await?;
        // There is one writer at a time, and its numbers grow as it commits.
        Ok(Snapshot {
            shared: None,
            under_way: UnderWay::None,
        })
    }

    async fn largest(
        &mut self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, ConnectorError> {
        self.worded(read::largest(&self.worker, read, column).await)
    }

    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError> {
        self.worded(read::table(&self.worker, read, self.texts(), out).await)
    }

    async fn query(&mut self, query: &QueryRead, out: &mut Outlet) -> Result<(), ConnectorError> {
        self.worded(read::statement(&self.worker, query, &self.origins, out).await)
    }

    async fn close(self: Box<Self>) {}
}
