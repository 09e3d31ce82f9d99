//! Work that blocks, on threads made for that; it stops once nobody waits any more.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::read::{Chunk, Outlet, channel};
use super::{ConnectorError, ErrorKind};

/// Tells a thread that its work is not waited for any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether it is so.
    pub(super) fn given_up(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// For loops that are to end then.
    pub(super) fn check(&self) -> Result<(), ConnectorError> {
        if self.given_up() {
            return Err(interrupted());
        }
        Ok(())
    }
}

/// Nobody waits any more, or the time is over.
pub(super) fn interrupted() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Timeout,
        "Reading the file was stopped before it had finished.",
        "Choose fewer tables, or a simpler query.",
    )
}

struct GiveUpOnDrop(Stop);

impl Drop for GiveUpOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs work that blocks. Dropping the future tells the work to stop; a panic becomes an error.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce(&Stop) -> Result<T, ConnectorError> + Send + 'static,
) -> Result<T, ConnectorError> {
    let stop = Stop::default();
    let _waiting = GiveUpOnDrop(stop.clone());
    tokio::task::spawn_blocking(move || work(&stop))
        .await
        .unwrap_or_else(|_| {
            Err(ConnectorError::new(
                ErrorKind::ServerError,
                "Reading the file failed in a way that was not foreseen.",
                "Check the file with another program that reads it; the log of Headwater holds \
                 the cause.",
            ))
        })
}

/// Runs a reading on a thread, whose outlet is given to `reading`, and hands its rows on to `out`.
pub(super) async fn handed_on<F>(
    out: &mut Outlet,
    reading: impl FnOnce(Outlet) -> F,
) -> Result<(), ConnectorError>
where
    F: Future<Output = Result<(), ConnectorError>>,
{
    // Its own short way, since the thread may go on a moment after nobody waits for it any more.
    let (outlet, mut inlet) = channel(1, out.batch_rows());
    let reading = reading(outlet);
    let handing = async {
        while let Some(chunk) = inlet.next().await {
            let handed = match chunk {
                Chunk::Columns(columns) => out.columns(columns).await,
                Chunk::Rows(mut batch) => {
                    let handed = out.send(&mut batch).await;
                    inlet.give_back(batch);
                    handed
                }
                Chunk::Largest(value) => out.largest(value).await,
            };
            if handed.is_err() {
                break;
            }
        }
        // Closed before the reader is waited for: it ends at its next batch.
        drop(inlet);
    };
    let (read, ()) = tokio::join!(reading, handing);
    read
}
