//! `MongoDB`, and what speaks its protocol, by the `mongodb` driver.
//!
//! The driver never dials: `probe` and `members` find and check the server, `relay` carries
//! the driver's connections to it. Everything else asks through `link`.

mod ask;
mod catalog;
mod collection;
mod columns;
mod config;
mod elements;
mod error;
mod extended;
mod guard;
mod hello;
mod indexes;
mod introspect;
mod json;
mod link;
mod login;
mod members;
mod merge;
mod options;
mod privileges;
mod probe;
mod query;
mod read;
mod recognize;
mod relay;
mod rows;
mod sample;
mod server;
mod sizes;
mod srv;
mod tree;
mod types;
mod validator;
mod way;
mod wire;

use std::time::Instant;

use ::mongodb::bson::{Document, Timestamp, doc};
use async_trait::async_trait;

use super::detect::Identify;
use super::read::{Outlet, QueryRead, Snapshot, TableRead};
use super::{
    Capability, Connector, ConnectorError, Context, Driver, ErrorKind, Parts, Selection,
    ServerInfo, Session, Stage, TableEntry, Target, Trace, limits,
};
use crate::schema::{Schema, Table};
use link::Link;
use login::Login;
use privileges::Privileges;
use read::Reader;

/// The port that servers listen on unless told.
const PORT: u16 = 27_017;

/// The engine.
pub const DRIVER: Driver = Driver {
    name: "mongodb",
    title: "MongoDB",
    aliases: &["mongo"],
    url_schemes: &["mongodb", "mongodb+srv"],
    default_port: Some(PORT),
    options: options::OPTIONS,
    capability: Capability {
        network: true,
        tls: true,
        schemas: true,
        query: false,
        sampled: true,
        strict_types: false,
        seeks: true,
    },
    identify: Some(Identify {
        request: wire::HELLO,
        recognise: wire::recognise,
    }),
    parameter: config::parameter,
    complete: config::complete,
    connector: &MongoDb,
};

struct MongoDb;

#[async_trait]
impl Connector for MongoDb {
    fn knows_again(&self) -> bool {
        true
    }

    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let settings = &target.settings;
        let mut wanted = config::wanted(settings);
        let mut seeds = settings.hosts.clone();
        let mut source = None;
        if settings.option(options::SRV).is_some() {
            let name = seeds.first().map_or("", |host| host.name.as_str());
            let service = settings.option(options::SRV_SERVICE).unwrap_or("mongodb");
            let look_up = srv::look_up(name, service);
            let found = trace.run(Stage::Resolve, limits::RESOLVE, look_up).await?;
            seeds = found.hosts;
            wanted.set = wanted.set.or(found.replica_set);
            source = found.auth_source;
        }
        let member = members::find(context, target, &seeds, &wanted, trace).await?;
        let place = member.host.to_string();
        let login = Login::of(target, source.as_deref());
        let link = Link::open(member.way.clone(), wanted.preference, place, login)?;
        let status = log_in(&link);
        let privileges = trace
            .run(Stage::Authenticate, limits::AUTHENTICATE, status)
            .await?;
        let database = settings.database.clone();
        let open = open_database(&link, &privileges, database.as_deref());
        let build = trace
            .run(Stage::OpenDatabase, limits::OPEN_DATABASE, open)
            .await?;
        Ok(Box::new(Open {
            has_states: read::snapshot::is_offered(&member.hello),
            time: None,
            server: server::info(member, &build),
            link,
            privileges,
            database,
            look: config::look(settings),
        }))
    }
}

/// Logs in, and asks what the login may do. A ping would do without the login.
async fn log_in(link: &Link) -> Result<Privileges, ConnectorError> {
    if let Some(login) = link.login() {
        login.check(link.place())?;
    }
    let command = doc! { "connectionStatus": 1, "showPrivileges": true };
    let status = link
        .first_command("admin", command, Stage::Authenticate)
        .await?;
    Ok(Privileges::read(&status))
}

/// Checks that the database is there and something in it is granted. Answers the server's build.
async fn open_database(
    link: &Link,
    privileges: &Privileges,
    database: Option<&str>,
) -> Result<Document, ConnectorError> {
    let build = link.command("admin", doc! { "buildInfo": 1 }).await;
    let build = build.unwrap_or_default();
    let Some(database) = database else {
        return Ok(build);
    };
    let list = doc! {
        "listCollections": 1, "nameOnly": true, "authorizedCollections": true,
        "cursor": { "batchSize": 1 },
    };
    let listed = link.command(database, list).await;
    listed.map_err(|error| link.explain(&error, Some(database), Stage::OpenDatabase))?;
    if privileges.reaches(database) == Some(false) {
        return Err(no_rights(link, database));
    }
    // MongoDB takes any name as one of an empty database; only the list of all tells.
    match link::database_names(link).await {
        Ok(names) if !names.iter().any(|name| name == database) => {
            Err(not_found(link, database, &names))
        }
        _ => Ok(build),
    }
}

fn no_rights(link: &Link, database: &str) -> ConnectorError {
    let user = link.login().and_then(|login| login.username.as_deref());
    ConnectorError::new(
        ErrorKind::PermissionDenied,
        format!(
            "The user '{}' has no right to anything in the database '{database}'.",
            user.unwrap_or_default()
        ),
        format!("Grant it the role read on '{database}', or name a database that it may read."),
    )
}

fn not_found(link: &Link, database: &str, names: &[String]) -> ConnectorError {
    let alike = names
        .iter()
        .find(|name| name.eq_ignore_ascii_case(database));
    let hint = match alike {
        Some(name) => format!("There is one named '{name}': letter case counts."),
        None if names.is_empty() => {
            "Check the name. A database comes to be with its first document.".to_owned()
        }
        None => {
            let shown: Vec<_> = names.iter().take(10).map(String::as_str).collect();
            format!(
                "The login sees these: {}. A database comes to be with its first document.",
                shown.join(", ")
            )
        }
    };
    let message = format!("There is no database '{database}' at {}.", link.place());
    ConnectorError::new(ErrorKind::DatabaseNotFound, message, hint)
}

/// An open session.
struct Open {
    server: ServerInfo,
    link: Link,
    privileges: Privileges,
    database: Option<String>,
    look: sample::Look,
    /// Whether the server keeps states that can be read.
    has_states: bool,
    /// The state that is read.
    time: Option<Timestamp>,
}

impl Open {
    fn reader(&self) -> Reader<'_> {
        Reader {
            link: &self.link,
            database: self.database.as_deref(),
            time: self.time,
        }
    }
}

#[async_trait]
impl Session for Open {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError> {
        let (link, privileges) = (&self.link, &self.privileges);
        let database = self.database.as_deref();
        let found = catalog::read(link, privileges, database, selection).await?;
        let estimates = rows::estimates(link, &found.collections).await;
        let entries = found.collections.into_iter().zip(estimates);
        Ok(entries
            .map(|(collection, row_count_estimate)| TableEntry {
                readable: privileges.may_read(&collection.database, &collection.name),
                schema: Some(collection.database),
                name: collection.name,
                kind: collection.kind,
                row_count_estimate,
            })
            .collect())
    }

    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError> {
        let (link, database) = (&self.link, self.database.as_deref());
        introspect::schema(
            link,
            &self.privileges,
            database,
            selection,
            self.look,
            parts,
        )
        .await
    }

    async fn is_as_known(
        &mut self,
        selection: &Selection,
        known: &[Table],
    ) -> Result<bool, ConnectorError> {
        let (link, privileges) = (&self.link, &self.privileges);
        let database = self.database.as_deref();
        recognize::all(link, privileges, database, selection, self.look, known).await
    }

    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
        let database = self.database.as_deref();
        rows::counts(&self.link, database, tables, deadline).await
    }

    async fn begin_snapshot(&mut self, join: Option<&str>) -> Result<Snapshot, ConnectorError> {
        if self.has_states {
            self.time = read::snapshot::begin(&self.link, join).await?;
        }
        Ok(read::snapshot::told(self.time))
    }

    async fn largest(
        &mut self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, ConnectorError> {
        self.reader().largest(read, column).await
    }

    fn tells_largest(&self, read: &TableRead, column: &str) -> bool {
        read::newest::is_told(read, column)
    }

    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError> {
        self.reader().table(read, out).await
    }

    async fn query(&mut self, query: &QueryRead, out: &mut Outlet) -> Result<(), ConnectorError> {
        query::run(&self.link, self.database.as_deref(), query, out).await
    }

    async fn close(self: Box<Self>) {
        self.link.close().await;
    }
}
