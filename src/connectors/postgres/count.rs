//! Counting rows exactly, over several connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::timeout;

use super::login::Connected;
use super::reader::{Pace, SearchPath};
use super::text::identifier;
use crate::connectors::{ConnectorError, TableEntry};
use crate::schema::TableKind;

/// The most connections that count at a time, the session's own among them.
const CONNECTIONS: usize = 4;

/// Counts the tables, each connection taking the next one that nobody has, until `deadline`.
pub async fn count(own: &Connected, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
    let next = AtomicUsize::new(0);
    let work = async |worker: usize| {
        if worker == 0 {
            return take_turns(own, tables, &next, deadline).await;
        }
        // A login that may have one connection alone counts with that one.
        let Ok(Ok(another)) = timeout(left(deadline), own.another()).await else {
            return Vec::new();
        };
        let counted = take_turns(&another, tables, &next, deadline).await;
        another.close().await;
        counted
    };
    let workers = (0..CONNECTIONS.min(tables.len())).map(work);
    let mut counts = vec![None; tables.len()];
    for (at, count) in join_all(workers).await.into_iter().flatten() {
        counts[at] = count;
    }
    counts
}

/// Counts the next table that nobody has, until there is none or no time. Answers their places and
/// counts.
async fn take_turns(
    connected: &Connected,
    tables: &[TableEntry],
    next: &AtomicUsize,
    deadline: Instant,
) -> Vec<(usize, Option<u64>)> {
    let mut counted = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(table) = tables.get(at).filter(|_| !left(deadline).is_zero()) else {
            return counted;
        };
        let count = timeout(left(deadline), rows(connected, table, left(deadline))).await;
        counted.push((at, count.ok().and_then(Result::ok).flatten()));
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// The rows of one table, as this login sees them. None where it may not.
async fn rows(
    connected: &Connected,
    table: &TableEntry,
    limit: Duration,
) -> Result<Option<u64>, ConnectorError> {
    let Some(schema) = table
        .schema
        .as_deref()
        .filter(|_| table.kind != TableKind::Query)
    else {
        return Ok(None);
    };
    if table.readable == Some(false) {
        return Ok(None);
    }
    let reader = connected
        .read(SearchPath::Default, Pace::AtOnce, limit)
        .await?;
    let (schema, name) = (identifier(schema), identifier(&table.name));
    let sql = format!("SELECT count(*) FROM {schema}.{name}");
    let counts = reader.all(&sql, |row| row.number(0)).await?;
    reader.finish();
    Ok(counts.first().copied())
}
