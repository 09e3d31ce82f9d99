//! A caller's own find or aggregation, read-only by a list of what is let through: `MongoDB` has no
//! read-only mode that a client could ask for.

mod allowed;
mod statement;

use std::time::Duration;

use super::link::Link;
use super::read::cursor::Batches;
use super::read::layout::Layout;
use super::read::rows::{End, Rows};
use crate::connectors::read::{Outlet, QueryRead};
use crate::connectors::trace::out_of_time;
use crate::connectors::{ConnectorError, ErrorKind, Stage};

/// What the network may add to the time that the server has.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a statement and puts its answer into `out`.
pub async fn run(
    link: &Link,
    database: Option<&str>,
    query: &QueryRead,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let command = statement::command(query, database)?;
    let reading = async {
        let opened = Batches::open(link, command.database, command.body).await;
        let explain = |error| link.explain(&error, Some(command.database), Stage::ReadCatalog);
        let mut batches = opened.map_err(|error| End::Failed(explain(error)))?;
        let mut rows = Rows::of_query(Layout::of_query(), out);
        batches.read(&mut rows).await?;
        rows.finish().await
    };
    match tokio::time::timeout(query.timeout + GRACE, reading).await {
        Ok(Ok(()) | Err(End::Closed)) => Ok(()),
        Ok(Err(End::Failed(error))) => Err(of_statement(error)),
        Err(_) => Err(out_of_time(Stage::ReadCatalog, query.timeout)),
    }
}

/// What a server refuses and what is no fault of its own is the statement's.
fn of_statement(error: ConnectorError) -> ConnectorError {
    if error.kind != ErrorKind::ServerError || error.server_code.is_none() {
        return error;
    }
    ConnectorError {
        kind: ErrorKind::InvalidQuery,
        message: "The server does not take this statement.".to_owned(),
        hint: "Look at what the server said, and change the statement.".to_owned(),
        ..error
    }
}

fn invalid(message: impl Into<String>, hint: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::InvalidQuery, message, hint)
}

/// A part of a statement that is not let through.
fn refused(path: &[String], why: &str) -> ConnectorError {
    let path = path.join(".");
    invalid(
        format!("'{path}' {why}."),
        "Take it out; a query may find and aggregate, and change nothing.",
    )
}
