//! The driver blocks; it runs on threads made for that, and stops once nobody waits any more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;

use super::error::{failed, interrupted};
use crate::connectors::{ConnectorError, ErrorKind};

/// Tells a thread that its work is not waited for any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

/// How many instructions of `SQLite`'s virtual machine pass between two looks at [`Stop`]: some
/// microseconds, unless one of them expands a view.
const INSTRUCTIONS: i32 = 500;

impl Stop {
    /// Makes a running statement end with `SQLITE_INTERRUPT` once the work is given up or
    /// `deadline` has passed. A look from within, since `sqlite3_interrupt` from without is lost
    /// between two statements or hits the next one.
    pub(super) fn watch(
        &self,
        connection: &Connection,
        deadline: Option<Instant>,
    ) -> Result<(), ConnectorError> {
        let given_up = Arc::clone(&self.0);
        let look = move || {
            given_up.load(Ordering::Relaxed) || deadline.is_some_and(|d| Instant::now() >= d)
        };
        connection
            .progress_handler(INSTRUCTIONS, Some(look))
            .map_err(failed)
    }

    /// For loops of statements that are too small to be stopped themselves.
    pub(super) fn check(&self) -> Result<(), ConnectorError> {
        if self.0.load(Ordering::Relaxed) {
            return Err(interrupted());
        }
        Ok(())
    }
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
                "Check the file with PRAGMA integrity_check in the sqlite3 shell; the log of \
                 Headwater holds the cause.",
            ))
        })
}

/// One connection. Work that was given up keeps it until it has noticed; the next waits for it on
/// its own thread.
pub(super) struct Worker(Arc<Mutex<Connection>>);

impl Worker {
    pub(super) fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    /// Runs work on the connection, until `deadline` where there is one.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Option<Instant>,
        work: impl FnOnce(&Connection, &Stop) -> Result<T, ConnectorError> + Send + 'static,
    ) -> Result<T, ConnectorError> {
        let connection = Arc::clone(&self.0);
        off_thread(move |stop| {
            // A panic in earlier work left no statement behind: each was finalized on the way out.
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            stop.check()?;
            stop.watch(&connection, deadline)?;
            work(&connection, stop)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_connection_can_still_be_used() {
        let worker = Worker::new(Connection::open_in_memory().unwrap());
        let broken = worker.run(None, |_, _| -> Result<(), _> { panic!("on purpose") });
        assert_eq!(broken.await.unwrap_err().kind, ErrorKind::ServerError);
        let read = worker.run(None, |connection, _| {
            let one = connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0));
            one.map_err(failed)
        });
        assert_eq!(read.await, Ok(1));
    }
}
