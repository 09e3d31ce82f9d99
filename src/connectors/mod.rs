//! Floor 1: straight connections to the engines, each by its native driver.
//!
//! An engine is one folder and one line in [`DRIVERS`]; the form in the page, the command line,
//! the OpenAPI list and the tests follow from that list.

pub mod config;
pub mod detect;
pub mod dial;
pub mod error;
pub mod file;
pub mod files;
pub mod http_api;
pub mod input;
pub mod mongodb;
pub mod mysql;
pub mod options;
pub mod parts;
pub mod postgres;
pub mod private_socket;
pub mod read;
pub mod selection;
pub mod sqlite;
mod thread;
pub mod tls;
pub mod trace;
pub mod url;
mod words;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde::Serialize;

pub use config::{ConfigError, Credentials, Draft, Host, Settings, Target, TlsMode, TlsSettings};
pub use error::{ConnectorError, ErrorKind, Stage};
pub use parts::Parts;
pub use read::{Chunk, Inlet, Outlet, QueryRead, Snapshot, TableRead};
pub use selection::Selection;
pub use trace::Trace;

use crate::schema::{Schema, Table, TableKind};

/// Every engine, in the order in which a person is offered them.
pub const DRIVERS: &[&Driver] = &[
    &postgres::DRIVER,
    &mysql::MYSQL,
    &mysql::MARIADB,
    &mongodb::DRIVER,
    &sqlite::DRIVER,
    &file::DRIVER,
    &http_api::DRIVER,
];

/// An engine as the rest of the program knows it.
pub struct Driver {
    /// The name in requests, answers and the store.
    pub name: &'static str,
    /// The name for a person.
    pub title: &'static str,
    /// Other names that requests may use.
    pub aliases: &'static [&'static str],
    /// URL schemes, without `://`.
    pub url_schemes: &'static [&'static str],
    /// The port that its servers listen on; absent where there is no server.
    pub default_port: Option<u16>,
    /// The options that it takes beside those that all engines share.
    pub options: &'static [OptionSpec],
    /// What it can do.
    pub capability: Capability,
    /// How its servers are recognised; absent where there is no server to ask.
    pub identify: Option<detect::Identify>,
    /// Takes one URL parameter or option that is not shared by all engines into the draft, in the
    /// engine's own spelling. Answers whether it knows it.
    pub parameter: fn(&mut Draft, key: &str, value: &str) -> Result<bool, ConfigError>,
    /// Checks a whole draft and fills in the engine's defaults.
    pub complete: fn(&mut Draft) -> Result<(), ConfigError>,
    /// Connects; called by [`Driver::connect`] alone.
    pub connector: &'static dyn Connector,
}

impl Driver {
    /// Connects, by the engine's own way in; where that fails, `trace` ends with the stage at which
    /// the error is told.
    ///
    /// # Errors
    /// The stage that failed, and why.
    pub async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let session = self.connector.connect(context, target, trace).await;
        let session = session.map_err(|error| trace.fail(error));
        trace.acquit();
        session
    }
}

/// An engine's own option, as the page and the documentation show it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OptionSpec {
    /// The key in `options`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
}

/// What an engine can do; read instead of asking for the engine's name.
#[derive(Debug, Clone, Copy, Serialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts that are listed as they are"
)]
pub struct Capability {
    /// It is reached over the network, with a host and a port.
    pub network: bool,
    /// It can speak TLS.
    pub tls: bool,
    /// It has schemas (namespaces) inside a database.
    pub schemas: bool,
    /// `query` can show a select as one more table.
    pub query: bool,
    /// Columns come from a sample of documents.
    pub sampled: bool,
    /// Columns hold values of their type alone.
    pub strict_types: bool,
    /// It finds rows by their values without going through all of a table.
    pub seeks: bool,
}

/// Finds an engine by its name or one of its aliases, in any letter case.
#[must_use]
pub fn driver(name: &str) -> Option<&'static Driver> {
    let named = |d: &&&Driver| {
        d.name.eq_ignore_ascii_case(name) || d.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    };
    DRIVERS.iter().find(named).copied()
}

/// What an operator has settled for all connections.
#[derive(Debug, Clone)]
pub struct Context {
    /// Resolves and dials, within the operator's rules on hosts.
    pub dialer: dial::Dialer,
    /// The folder below which file-based sources are found.
    pub files_root: PathBuf,
}

/// An engine's way in.
#[async_trait]
pub trait Connector: Sync {
    /// Connects, authenticates and opens the database, reporting each stage to `trace`
    /// (`resolve`, `connect`, `tls`, `authenticate`, `open_database`; a file has the last alone).
    /// Dropping the future gives the connection up.
    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError>;

    /// Whether its sessions know tables again: see [`Session::is_as_known`].
    fn knows_again(&self) -> bool {
        false
    }
}

/// One open connection. Its methods are bounded in time by the caller; dropping one of their
/// futures stops the work at the server too, as far as the engine lets one.
#[async_trait]
pub trait Session: Send {
    /// Who answered.
    fn server(&self) -> &ServerInfo;

    /// The selected tables, with what the login may do with them, by a fixed number of catalog
    /// queries. The caller's `query`, where there is one, is the last entry.
    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError>;

    /// The schema of the selected tables, by a fixed number of catalog queries. `parts` is told
    /// how many parts it reads, and of each that was read.
    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError>;

    /// The same, where nobody looks on.
    async fn introspect(&mut self, selection: &Selection) -> Result<Schema, ConnectorError> {
        self.read_schema(selection, &Parts::default()).await
    }

    /// Whether the selected tables are those of `known`, which a reading of the schema told, as far as the
    /// catalog says without a look at many documents again. Of engines that know tables again: of others the
    /// catalog says it all, or nothing, and the schema is read.
    async fn is_as_known(
        &mut self,
        selection: &Selection,
        known: &[Table],
    ) -> Result<bool, ConnectorError> {
        let (_, _) = (selection, known);
        Ok(false)
    }

    /// Counts rows exactly, several tables at a time, until `deadline`. Answers in the order of
    /// `tables`; `None` for one that ran out of time or could not be counted.
    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>>;

    /// Goes into one state of the source, in which all that is read from now on is read: its
    /// present one, or that of another session of the same server. Engines without such a thing
    /// answer and do nothing.
    async fn begin_snapshot(&mut self, join: Option<&str>) -> Result<Snapshot, ConnectorError>;

    /// What tells whether a table is as it was: where it is the same at two times, nothing of what `read`
    /// asks for has changed between. `None` where only the rows tell.
    async fn version(&mut self, read: &TableRead) -> Result<Option<String>, ConnectorError> {
        let _ = read;
        Ok(None)
    }

    /// The largest value of a column, exactly as a [`read::Test`] takes it; `None` where no row has one.
    /// Of engines that seek: of others it is told by the rows as they are read. To be asked before them, so
    /// that what comes meanwhile is beyond it.
    async fn largest(
        &mut self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, ConnectorError>;

    /// Whether reading a table tells the largest value of this column at its end, which need not be asked
    /// before then: such values tell the second in which they were made, and with that whether it was
    /// while the table was read.
    fn tells_largest(&self, read: &TableRead, column: &str) -> bool {
        let (_, _) = (read, column);
        false
    }

    /// Reads rows of one table into `out`, its columns first, as a stream that takes no more memory
    /// than a few batches and a row. There is no limit of time or rows but those of `read`. Where nobody
    /// takes the rows any more it ends well, and early.
    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError>;

    /// Runs a read-only statement and reads what it answers into `out`, its columns first. That it only
    /// reads is enforced by the engine's own means; the statement's end is the end of its transaction.
    async fn query(&mut self, query: &QueryRead, out: &mut Outlet) -> Result<(), ConnectorError>;

    /// Says goodbye. Dropping works too, less politely.
    async fn close(self: Box<Self>);
}

/// A server as it presented itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ServerInfo {
    /// The engine's name in [`DRIVERS`], as the server's own answer tells it.
    pub engine: &'static str,
    /// The product, such as `PostgreSQL` or `MariaDB`.
    pub product: String,
    /// Its version, as it writes it.
    pub version: String,
    /// The TLS session, where there is one.
    pub tls: Option<tls::TlsInfo>,
    /// What a person should know of this connection, in sentences.
    pub notes: Vec<String>,
}

/// A table in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableEntry {
    /// The schema (namespace), where the engine has them.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// The catalog's own figure of its rows, where it has one.
    pub row_count_estimate: Option<u64>,
    /// Whether the login may read its rows; `None` where only trying would tell.
    pub readable: Option<bool>,
}

/// The longest that each step may take. Figures are chosen so that a whole test stays within ten seconds.
pub mod limits {
    use super::Duration;

    /// Resolving a name.
    pub const RESOLVE: Duration = Duration::from_secs(2);
    /// Opening a TCP connection.
    pub const CONNECT: Duration = Duration::from_secs(5);
    /// A TLS handshake.
    pub const TLS: Duration = Duration::from_secs(5);
    /// A login.
    pub const AUTHENTICATE: Duration = Duration::from_secs(5);
    /// Opening a database after the login.
    pub const OPEN_DATABASE: Duration = Duration::from_secs(5);
    /// A whole test, from the name to the catalog.
    pub const TEST: Duration = Duration::from_secs(10);
    /// Reading a whole schema.
    pub const INTROSPECT: Duration = Duration::from_mins(2);
    /// Counting the rows of all tables of a source.
    pub const COUNT: Duration = Duration::from_secs(30);
    /// Tables of one source beyond which reading stops with an error that says so.
    pub const TABLES: usize = 100_000;
    /// Columns of one source beyond which reading stops with an error that says so.
    pub const COLUMNS: usize = 2_000_000;
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Driver").field(&self.name).finish()
    }
}
