//! The driver blocks; it runs on threads made for that.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;

use super::error::failed;
use crate::connectors::ConnectorError;
pub(super) use crate::connectors::thread::{Stop, off_thread};

/// How many instructions of `SQLite`'s virtual machine pass between two looks at [`Stop`]: some
/// microseconds, unless one of them expands a view.
const INSTRUCTIONS: i32 = 500;

/// Makes a running statement end with `SQLITE_INTERRUPT` once the work is given up or `deadline`
/// has passed. A look from within, since `sqlite3_interrupt` from without is lost between two
/// statements or hits the next one.
pub(super) fn watch(
    stop: &Stop,
    connection: &Connection,
    deadline: Option<Instant>,
) -> Result<(), ConnectorError> {
    let stop = stop.clone();
    let look = move || stop.given_up() || deadline.is_some_and(|d| Instant::now() >= d);
    connection
        .progress_handler(INSTRUCTIONS, Some(look))
        .map_err(failed)
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
            watch(stop, &connection, deadline)?;
            work(&connection, stop)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::ErrorKind;

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
