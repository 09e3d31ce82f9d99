//! From the rows as they come to whoever takes them.

use std::time::Duration;

use super::decode::Decoder;
use crate::connectors::Outlet;
use crate::connectors::mysql::wire::Tap;

/// How long a statement may take to end by itself once its rows are not wanted any more.
const GRACE: Duration = Duration::from_millis(100);
/// How long it may take once it was told to stop.
const STOPPING: Duration = Duration::from_secs(5);

/// How rows ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With the statement.
    Whole,
    /// Early: no more are wanted.
    Early,
    /// With one that is none.
    Malformed,
}

/// Hands rows on, but no more than `most`. Where no more are wanted, `stop` tells the server.
pub async fn hand_on(
    mut tap: Tap,
    decoder: &Decoder,
    width: usize,
    most: u64,
    out: &mut Outlet,
    stop: impl Future<Output = ()>,
) -> Ended {
    let mut batch = out.batch(width);
    let mut left = most;
    let ended = 'rows: loop {
        let Some(rows) = tap.next().await else {
            let _ = out.send(&mut batch).await;
            return Ended::Whole;
        };
        for row in rows.iter() {
            if left == 0 {
                break 'rows Ended::Early;
            }
            left -= 1;
            if decoder.row(row, &mut batch).is_none() {
                break 'rows Ended::Malformed;
            }
            if batch.is_full() && out.send(&mut batch).await.is_err() {
                break 'rows Ended::Early;
            }
        }
        tap.give_back(rows);
    };
    batch.drop_unfinished_row();
    // What is left of it goes nowhere where nobody takes rows.
    let _ = out.send(&mut batch).await;
    discard(tap, stop).await;
    ended
}

/// Takes what still comes of rows that are not wanted, so that the session lives on.
async fn discard(mut tap: Tap, stop: impl Future<Output = ()>) {
    let mut gone = async || {
        while let Some(rows) = tap.next().await {
            tap.give_back(rows);
        }
    };
    if tokio::time::timeout(GRACE, gone()).await.is_ok() {
        return;
    }
    let stopped = async { futures_util::join!(stop, gone()) };
    // A server that does not stop loses the connection.
    let _ = tokio::time::timeout(STOPPING, stopped).await;
}
