//! Taking rows until there are enough.

use std::time::{Duration, Instant};

use crate::connectors::read::{Chunk, Inlet, Outlet, channel};
use crate::connectors::{ConnectorError, QueryRead, Session, TableRead};
use crate::rows::{RowBatch, RowColumn};

/// The most bytes of an answer.
const BYTES: usize = 10 << 20;
/// How long reading a table's first rows may take.
const PREVIEW: Duration = Duration::from_secs(30);

/// Rows, as far as they were taken.
#[derive(Debug, Default)]
pub struct Rows {
    /// Their columns.
    pub columns: Vec<RowColumn>,
    /// The rows. Batches of before a column was found are narrower.
    pub batches: Vec<RowBatch>,
    /// How many of the rows count.
    pub count: u64,
    /// Why there are not all of them, where there are more.
    pub truncated: Option<&'static str>,
    /// How long it took.
    pub took: Duration,
}

/// What a statement answers.
pub async fn answered(
    session: &mut dyn Session,
    asked: &QueryRead,
) -> Result<Rows, ConnectorError> {
    let since = Instant::now();
    let (mut outlet, inlet) = channel(1, RowBatch::ROWS);
    let reading = async {
        let read = session.query(asked, &mut outlet).await;
        drop(outlet);
        read
    };
    finished(tokio::join!(reading, taken(inlet, asked.limit)), since)
}

/// Rows of a table.
pub async fn read(
    session: &mut dyn Session,
    read: &TableRead,
    limit: u64,
) -> Result<Rows, ConnectorError> {
    let since = Instant::now();
    // One more, to tell whether there are more.
    let read = TableRead {
        limit: Some(limit.saturating_add(1)),
        ..read.clone()
    };
    let (outlet, inlet) = channel(1, RowBatch::ROWS);
    let reading = tokio::time::timeout(PREVIEW, table(session, &read, outlet));
    let (done, rows) = tokio::join!(reading, taken(inlet, limit));
    let done = done.unwrap_or_else(|_| {
        let stage = crate::connectors::Stage::ReadCatalog;
        Err(crate::connectors::trace::out_of_time(stage, PREVIEW))
    });
    finished((done, rows), since)
}

async fn table(
    session: &mut dyn Session,
    read: &TableRead,
    mut outlet: Outlet,
) -> Result<(), ConnectorError> {
    session.begin_snapshot(None).await?;
    session.read_table(read, &mut outlet).await
}

fn finished(
    (read, rows): (Result<(), ConnectorError>, Rows),
    since: Instant,
) -> Result<Rows, ConnectorError> {
    read?;
    let took = since.elapsed();
    Ok(Rows { took, ..rows })
}

async fn taken(mut inlet: Inlet, limit: u64) -> Rows {
    let mut rows = Rows::default();
    let mut bytes = 0;
    while let Some(chunk) = inlet.next().await {
        let batch = match chunk {
            Chunk::Columns(columns) => {
                rows.columns = columns;
                continue;
            }
            Chunk::Rows(batch) => batch,
            Chunk::Largest(_) => continue,
        };
        rows.count += batch.len() as u64;
        bytes += batch.bytes();
        rows.batches.push(batch);
        if rows.count > limit {
            rows.count = limit;
            rows.truncated = Some("limit");
            break;
        }
        if bytes >= BYTES {
            rows.truncated = Some("bytes");
            break;
        }
    }
    rows
}
