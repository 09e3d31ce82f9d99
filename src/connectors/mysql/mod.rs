//! `MySQL` and `MariaDB`: one protocol, two dialects of one catalog, two lines in the list of engines.

mod aside;
mod catalog;
mod client;
mod connect;
mod count;
mod error;
mod introspect;
mod kill;
mod options;
mod parameters;
mod printed;
mod privileges;
mod query;
mod quote;
mod read;
mod server;
mod session;
mod tables;
mod types;
mod unreadable;
mod wire;
mod words;

use async_trait::async_trait;

use self::connect::Plan;
use self::server::{Flavour, Server};
use self::session::MySqlSession;
use super::detect::Identify;
use super::error::{ConnectorError, ErrorKind, Stage};
use super::{Capability, Connector, Context, Driver, Session, Target, Trace};

/// `MySQL`, and what only looks like it.
pub const MYSQL: Driver = Driver {
    name: "mysql",
    title: "MySQL",
    aliases: &["percona", "aurora-mysql", "tidb"],
    url_schemes: &[
        "mysql",
        "mysqls",
        "mysql2",
        "mysql+pymysql",
        "mysql+mysqldb",
        "mysql+mysqlconnector",
    ],
    default_port: Some(3306),
    options: &[],
    capability: CAPABILITY,
    identify: Some(Identify {
        request: b"",
        recognise: |bytes| flavour(bytes) == Some(Flavour::MySql),
    }),
    parameter: parameters::parameter,
    complete: parameters::complete,
    connector: &MySql,
};

/// `MariaDB`.
pub const MARIADB: Driver = Driver {
    name: "mariadb",
    title: "MariaDB",
    aliases: &[],
    url_schemes: &["mariadb", "mariadb+pymysql", "mariadb+mariadbconnector"],
    identify: Some(Identify {
        request: b"",
        recognise: |bytes| flavour(bytes) == Some(Flavour::MariaDb),
    }),
    ..MYSQL
};

const CAPABILITY: Capability = Capability {
    network: true,
    tls: true,
    // A schema is a database here: tables tell theirs, and there is none to choose inside one.
    schemas: false,
    query: true,
    sampled: false,
    strict_types: true,
    seeks: true,
};

/// The dialect of a server whose first words these are.
fn flavour(bytes: &[u8]) -> Option<Flavour> {
    let (head, payload) = bytes.split_first_chunk::<4>()?;
    let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
    // A complaint about what its client said may follow at once.
    match payload.get(..length)? {
        _ if head[3] != 0 => None,
        // The reason why there is no greeting, which both give alike.
        [0xFF, _, _, ..] => Some(Flavour::MySql),
        payload => {
            let greeting = wire::Greeting::read(payload)?;
            Some(Server::read(&greeting.version, "").flavour)
        }
    }
}

struct MySql;

#[async_trait]
impl Connector for MySql {
    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let query = target.settings.selection.query.clone();
        let mut hosts = target.settings.hosts.iter().peekable();
        while let Some(host) = hosts.next() {
            let attempt = async {
                let plan = Plan::make(context, target, host, trace).await?;
                let opened = plan.open(trace).await?;
                Ok((plan, opened))
            };
            match attempt.await {
                Ok((plan, opened)) => {
                    let session = MySqlSession::start(plan, opened, query, trace).await?;
                    return Ok(Box::new(session));
                }
                // The next host may answer where this one does not; a refusal stands.
                Err(error) if hosts.peek().is_some() && not_reached(&error) => trace.next_attempt(),
                Err(error) => return Err(error),
            }
        }
        Err(ConnectorError::new(
            ErrorKind::DnsFailure,
            "No host is given.",
            "Give the server's name or address.",
        ))
    }
}

fn not_reached(error: &ConnectorError) -> bool {
    matches!(error.stage, Some(Stage::Resolve | Stage::Connect))
}
