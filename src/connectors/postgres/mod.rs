//! PostgreSQL, by `tokio-postgres`, and what speaks its protocol.
//!
//! `config` reads parameters; `route`, `wire`, `watch` and `binding` bring a bounded stream to the
//! server; `login` logs in; `reader` reads rows in one snapshot and `cancel` stops what nobody
//! waits for; `tables`, `columns`, `types` and `query` each turn a catalog query's rows (`sql/`)
//! into what `introspect` joins. `read` reads the rows of tables and of callers' statements.

mod binding;
mod calls;
mod cancel;
mod codes;
mod config;
mod count;
mod error;
mod hello;
mod introspect;
mod login;
mod patience;
mod product;
mod query;
mod read;
mod reader;
mod route;
mod session;
mod tables;
mod text;
mod types;
mod watch;
mod wire;

use async_trait::async_trait;
use tokio::time::timeout;

use super::detect::Identify;
use super::trace::out_of_time;
use super::{
    Capability, Connector, ConnectorError, Context, Driver, ErrorKind, Session, Stage, Target,
    Trace,
};
use session::PostgresSession;

/// PostgreSQL.
pub static DRIVER: Driver = Driver {
    name: "postgresql",
    title: "PostgreSQL",
    aliases: &["postgres", "pg"],
    url_schemes: &["postgres", "postgresql"],
    default_port: Some(5432),
    options: config::OPTIONS,
    capability: Capability {
        network: true,
        tls: true,
        schemas: true,
        query: true,
        sampled: false,
        strict_types: true,
        seeks: true,
    },
    identify: Some(Identify {
        request: route::SSL_REQUEST,
        recognise,
    }),
    parameter: config::parameter,
    complete: config::complete,
    connector: &Postgres,
};

/// The answer to an `SSLRequest` is one byte, or an error.
fn recognise(bytes: &[u8]) -> bool {
    matches!(bytes, b"S" | b"N") || error::is_error_response(bytes)
}

struct Postgres;

#[async_trait]
impl Connector for Postgres {
    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let attempt = first_that_will_do(context, target, trace);
        let session = match config::patience(&target.settings) {
            None => attempt.await?,
            Some(limit) => timeout(limit, attempt).await.unwrap_or_else(|_| {
                let stage = trace.last_stage().unwrap_or(Stage::Connect);
                Err(out_of_time(stage, limit))
            })?,
        };
        Ok(Box::new(session))
    }
}

/// Tries the hosts in turn, as libpq does: the next one where one cannot be reached or will not
/// do, but not where one refuses the login.
async fn first_that_will_do(
    context: &Context,
    target: &Target,
    trace: &Trace,
) -> Result<PostgresSession, ConnectorError> {
    let mut last = None;
    for host in &target.settings.hosts {
        if last.is_some() {
            trace.next_attempt();
        }
        match login::log_in(&context.dialer, target, host, trace).await {
            Ok(connected) => return Ok(PostgresSession::new(connected, &target.settings)),
            Err(error) if leaves_others(error.kind) => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| {
        ConnectorError::new(
            ErrorKind::DnsFailure,
            "There is no host to connect to.",
            "Give the server's name or address.",
        )
    }))
}

fn leaves_others(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DnsFailure
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectTimeout
            | ErrorKind::NetworkUnreachable
            | ErrorKind::ConnectionLost
            | ErrorKind::Timeout
            | ErrorKind::ServerUnavailable
    )
}
