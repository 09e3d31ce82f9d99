//! How many documents collections hold.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use mongodb::bson::{Bson, Document, doc};

use super::collection::Collection;
use super::link::Link;
use crate::connectors::TableEntry;
use crate::schema::TableKind;

/// Exact counts that run at once: each reads a whole collection or an index of it.
const COUNTS: usize = 4;

/// Estimates that are asked for at once, and the longest that all may take.
const ESTIMATES: (usize, Duration) = (8, Duration::from_secs(4));

/// The catalog's own figures (manual: count without a query, which reads the metadata), in order;
/// `None` where there is none, or it came too late.
pub async fn estimates(link: &Link, collections: &[Collection]) -> Vec<Option<u64>> {
    let deadline = Instant::now() + ESTIMATES.1;
    let asked: Vec<_> = collections
        .iter()
        .map(|collection| estimate(link, collection, deadline))
        .collect();
    stream::iter(asked).buffered(ESTIMATES.0).collect().await
}

/// One figure. Views and time series have none in the metadata: counting would read them.
pub async fn estimate(link: &Link, collection: &Collection, deadline: Instant) -> Option<u64> {
    if collection.kind != TableKind::Collection {
        return None;
    }
    let left = left(deadline)?;
    let command = doc! { "count": &collection.name, "maxTimeMS": milliseconds(left) };
    let answer = tokio::time::timeout(left, link.command(&collection.database, command));
    figure(&answer.await.ok()?.ok()?, "n")
}

/// Exact counts, in order; `None` for what could not be counted before the deadline.
pub async fn counts(
    link: &Link,
    database: Option<&str>,
    tables: &[TableEntry],
    deadline: Instant,
) -> Vec<Option<u64>> {
    let asked: Vec<_> = tables
        .iter()
        .map(|table| async move {
            let database = table.schema.as_deref().or(database)?;
            count(link, database, &table.name, deadline).await
        })
        .collect();
    stream::iter(asked).buffered(COUNTS).collect().await
}

async fn count(link: &Link, database: &str, name: &str, deadline: Instant) -> Option<u64> {
    let left = left(deadline)?;
    // An aggregation, since a plain count trusts metadata that a crash leaves wrong, and counts
    // the orphans of shards.
    let command = doc! {
        "aggregate": name,
        "pipeline": [{ "$group": { "_id": null, "n": { "$sum": 1 } } }],
        "cursor": {},
        "maxTimeMS": milliseconds(left),
    };
    let answer = tokio::time::timeout(left, link.command(database, command));
    let answer = answer.await.ok()?.ok()?;
    let batch = answer
        .get_document("cursor")
        .ok()?
        .get_array("firstBatch")
        .ok()?;
    match batch.first() {
        Some(first) => figure(first.as_document()?, "n"),
        // No document, no group.
        None => Some(0),
    }
}

/// The time that is left, if it is enough to ask anything.
pub fn left(deadline: Instant) -> Option<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    (left >= Duration::from_millis(5)).then_some(left)
}

/// As `maxTimeMS` takes it, where 0 would stand for no limit.
pub fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX).max(1)
}

fn figure(document: &Document, name: &str) -> Option<u64> {
    match document.get(name)? {
        Bson::Int32(n) => u64::try_from(*n).ok(),
        Bson::Int64(n) => u64::try_from(*n).ok(),
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates; older servers count in doubles"
        )]
        Bson::Double(n) => Some(*n as u64),
        _ => None,
    }
}
