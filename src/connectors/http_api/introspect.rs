//! The schema of endpoints: what the first records of each have.

use std::time::{Duration, Instant};

use url::Url;

use super::client::Client;
use super::columns::Sampled;
use super::page;
use super::pager::Pager;
use super::settings::Endpoint;
use crate::connectors::parts::{Parts, Unit};
use crate::connectors::{ConnectorError, ErrorKind, Selection, TableEntry, limits};
use crate::schema::{Column, Sample, Schema, Table, TableKind, Unreadable};

/// The most records of a sample, and the most pages that are asked for them.
const RECORDS: u64 = 1_000;
const PAGES: usize = 5;
/// The longest that one request of a sample is tried.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is kept of the whole time for answering with what was read.
const RESERVE: Duration = Duration::from_secs(10);

/// The selected endpoints, by name.
pub fn selected<'a>(endpoints: &'a [Endpoint], selection: &Selection) -> Vec<&'a Endpoint> {
    let wanted = |endpoint: &&Endpoint| selection.has_table(None, endpoint.table());
    let mut found: Vec<_> = endpoints.iter().filter(wanted).collect();
    found.sort_by(|left, right| left.table().cmp(right.table()));
    found
}

/// The listing of an endpoint: nothing is asked for it.
pub fn entry(endpoint: &Endpoint) -> TableEntry {
    TableEntry {
        schema: None,
        name: endpoint.table().to_owned(),
        kind: TableKind::Table,
        row_count_estimate: None,
        readable: None,
    }
}

/// Reads these endpoints, each with its first records.
pub async fn schema(
    client: &mut Client,
    base: &Url,
    endpoints: &[&Endpoint],
    selection: &Selection,
    parts: &Parts,
) -> Result<Schema, ConnectorError> {
    let deadline = Instant::now() + limits::INTROSPECT.saturating_sub(RESERVE);
    let mut schema = Schema {
        database: Some(super::client::place(base)),
        ..Schema::default()
    };
    parts.expect(endpoints.len(), Unit::Endpoints);
    for endpoint in endpoints {
        let time = PATIENCE.min(deadline.saturating_duration_since(Instant::now()));
        match table(client, base, endpoint, selection, time).await {
            Ok(table) => schema.tables.push(table),
            Err(error) if is_of_one_endpoint(&error) => schema.unreadable.push(Unreadable {
                name: endpoint.table().to_owned(),
                why: format!("{} {}", error.message, error.hint),
            }),
            Err(error) => return Err(error),
        }
        parts.done(endpoint.table().to_owned());
    }
    Ok(schema)
}

/// Whether another endpoint may yet be read.
fn is_of_one_endpoint(error: &ConnectorError) -> bool {
    matches!(
        error.kind,
        ErrorKind::PermissionDenied
            | ErrorKind::DatabaseNotFound
            | ErrorKind::ProtocolMismatch
            | ErrorKind::ServerError
            | ErrorKind::LimitExceeded
    )
}

async fn table(
    client: &mut Client,
    base: &Url,
    endpoint: &Endpoint,
    selection: &Selection,
    time: Duration,
) -> Result<Table, ConnectorError> {
    let mut pager = Pager::new(endpoint, base, None)?;
    let mut sampled = Sampled::default();
    let mut method = "first";
    for _ in 0..PAGES {
        let Some(page) = pager.next(client, Some(time)).await? else {
            method = "all";
            break;
        };
        let mut records = page.records();
        while sampled.records < RECORDS
            && let Some(record) = records.next()
        {
            sampled.add(&page::fields(record)?)?;
        }
        let all = records.next().is_none();
        if all && pager.ask().is_none() {
            method = "all";
        }
        if sampled.records == RECORDS {
            break;
        }
    }
    let name = endpoint.table();
    let mut columns = sampled.columns(endpoint.key());
    columns.retain(|column| selection.has_column(None, name, &column.name));
    for (position, column) in (1..).zip(&mut columns) {
        column.position = position;
    }
    let has = |key: &String| columns.iter().any(|column: &Column| column.name == *key);
    let primary_key = if endpoint.key().iter().all(has) {
        endpoint.key().to_vec()
    } else {
        Vec::new()
    };
    Ok(Table {
        name: name.to_owned(),
        kind: TableKind::Table,
        columns,
        primary_key,
        options: endpoint.options(),
        sample: Some(Sample {
            documents: sampled.records,
            method: method.to_owned(),
            cut: Vec::new(),
        }),
        ..Table::default()
    })
}
