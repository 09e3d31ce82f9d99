//! Counting rows, several tables at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::client::Client;
use super::connect::Plan;
use super::server::Server;
use super::wire::Failure;
use super::{catalog, kill, query, quote, session};
use crate::connectors::{Selection, TableEntry, Trace};
use crate::schema::TableKind;

/// Connections that count at the same time, the session's own among them.
const CONNECTIONS: usize = 4;
/// What the server gets less than we have, so that its own limit is the one that strikes and the
/// connection stays whole.
const MARGIN: Duration = Duration::from_millis(250);

/// One job: which tables, how long, and who takes the next.
struct Work<'w> {
    plan: &'w Arc<Plan>,
    server: &'w Server,
    tables: &'w [TableEntry],
    query: Option<&'w str>,
    deadline: Instant,
    next: AtomicUsize,
}

/// Counts each table until the deadline; in the order of `tables`.
pub async fn rows(
    client: &mut Client,
    plan: &Arc<Plan>,
    server: &Server,
    tables: &[TableEntry],
    query: Option<&str>,
    deadline: Instant,
) -> Vec<Option<u64>> {
    let work = Work {
        plan,
        server,
        tables,
        query,
        deadline,
        next: AtomicUsize::new(0),
    };
    let helpers = tables.len().saturating_sub(1).min(CONNECTIONS - 1);
    let helpers = join_all((0..helpers).map(|_| work.with_another_connection()));
    let (own, helped) = futures_util::join!(work.until_done(client), helpers);
    let mut counts = vec![None; tables.len()];
    for (table, count) in own.into_iter().chain(helped.into_iter().flatten()) {
        counts[table] = count;
    }
    counts
}

impl Work<'_> {
    /// A helper that gets no connection (limits, say) leaves its share to the others.
    async fn with_another_connection(&self) -> Vec<(usize, Option<u64>)> {
        let until = tokio::time::Instant::from_std(self.deadline);
        let opening = async {
            let mut opened = self.plan.open(&Trace::default()).await.ok()?;
            session::prepare(&mut opened.client, self.server)
                .await
                .ok()?;
            Some(opened.client)
        };
        let Ok(Some(mut client)) = tokio::time::timeout_at(until, opening).await else {
            return Vec::new();
        };
        let counted = self.until_done(&mut client).await;
        let _ = tokio::time::timeout(MARGIN, client.quit()).await;
        counted
    }

    async fn until_done(&self, client: &mut Client) -> Vec<(usize, Option<u64>)> {
        let mut counted = Vec::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let left = self.deadline.saturating_duration_since(Instant::now());
            let (Some(table), Some(limit)) = (self.tables.get(at), left.checked_sub(MARGIN)) else {
                return counted;
            };
            let Some(sql) = self.statement(table) else {
                counted.push((at, None));
                continue;
            };
            let sql = catalog::limited(self.server, &sql, limit);
            let one = kill::stopping(self.plan, client.thread(), count(client, &sql));
            match tokio::time::timeout(left, one).await {
                Ok(Ok(rows)) => counted.push((at, rows)),
                Ok(Err(Failure::Server(_))) => counted.push((at, None)),
                // The connection is broken, or in the middle of an answer.
                Ok(Err(_)) | Err(_) => return counted,
            }
        }
    }

    fn statement(&self, table: &TableEntry) -> Option<String> {
        let from = match (table.kind, &table.schema) {
            (TableKind::Query, _) => {
                let sql = query::check(self.query?).ok()?;
                format!("({sql}\n) AS {}", quote::identifier(Selection::QUERY_TABLE))
            }
            (_, Some(schema)) => {
                format!(
                    "{}.{}",
                    quote::identifier(schema),
                    quote::identifier(&table.name)
                )
            }
            (_, None) => quote::identifier(&table.name),
        };
        Some(format!("SELECT COUNT(*) FROM {from}"))
    }
}

async fn count(client: &mut Client, sql: &str) -> Result<Option<u64>, Failure> {
    let counts = client.read(sql, 1, |row| row.number(0)).await?;
    Ok(counts.first().copied())
}
