//! From the thread that reads a file to whoever takes its rows.

use std::time::Instant;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use crate::connectors::ConnectorError;
use crate::connectors::Outlet;
use crate::connectors::sqlite::error::failed;
use crate::connectors::sqlite::worker::{Stop, Worker};
use crate::connectors::thread::handed_on;
use crate::rows::{RowBatch, RowColumn};

/// Runs `work` on the connection's thread, and hands its rows on.
pub async fn run(
    worker: &Worker,
    deadline: Option<Instant>,
    out: &mut Outlet,
    work: impl FnOnce(&Connection, &Stop, &mut Sink) -> Result<(), ConnectorError> + Send + 'static,
) -> Result<(), ConnectorError> {
    handed_on(out, |outlet| {
        worker.run(deadline, move |connection, stop| {
            work(connection, stop, &mut Sink(outlet))
        })
    })
    .await
}

/// Where the thread puts its rows.
pub struct Sink(Outlet);

impl Sink {
    /// Tells the columns.
    pub fn columns(&mut self, columns: Vec<RowColumn>) {
        // Where nobody listens, the rows tell.
        let _ = self.0.columns_blocking(columns);
    }

    /// Hands on all rows of a statement, but no more than `most`.
    pub fn rows(
        &mut self,
        statement: &mut Statement<'_>,
        most: u64,
        stop: &Stop,
    ) -> Result<(), ConnectorError> {
        let width = statement.column_count();
        let mut batch = self.0.batch(width);
        let mut rows = statement.raw_query();
        let mut count = 0;
        while count < most
            && let Some(row) = rows.next().map_err(failed)?
        {
            for at in 0..width {
                push(&mut batch, row.get_ref(at).map_err(failed)?);
            }
            count += 1;
            if batch.is_full() {
                stop.check()?;
                if self.0.send_blocking(&mut batch).is_err() {
                    return Ok(());
                }
            }
        }
        let _ = self.0.send_blocking(&mut batch);
        Ok(())
    }
}

fn push(batch: &mut RowBatch, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => batch.null(),
        ValueRef::Integer(value) => batch.integer(value),
        ValueRef::Real(value) => batch.real(value),
        ValueRef::Text(value) => batch.text_or_blob(value),
        ValueRef::Blob(value) => batch.blob(value),
    }
}
