//! Copying one table: a reader and a writer side by side, with a few batches between them.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::emptied;
use super::plan::Plan;
use super::progress::TableProgress;
use super::report::{TableReport, TableStatus};
use super::writing::{Told, Writing, Written};
use crate::connectors::read::{UnderWay, channel};
use crate::connectors::{ConnectorError, Outlet, Session};
use crate::local::{Copies, Copy, LocalError};
use crate::model::{SourceId, TableId};
use crate::schema::Table;
use crate::services::failure::Failure;

/// Batches under way between reader and writer.
const DEPTH: usize = 2;

/// Why a table was not copied.
#[derive(Debug)]
pub enum CopyError {
    /// The source failed.
    Source(ConnectorError),
    /// The copy could not be written.
    Local(LocalError),
    /// The table is another one than its plan was made for.
    Changed,
    /// The reader did not come to its end.
    GivenUp,
    /// Something broke inside.
    Inside,
}

impl From<LocalError> for CopyError {
    fn from(error: LocalError) -> Self {
        Self::Local(error)
    }
}

impl From<&CopyError> for Failure {
    fn from(error: &CopyError) -> Self {
        match error {
            CopyError::Source(error) => error.into(),
            CopyError::Local(error) => error.into(),
            CopyError::Changed => Self::not_so("The table changed while it was read.".to_owned()),
            CopyError::GivenUp | CopyError::Inside => Self::inside(),
        }
    }
}

/// Where a copy goes, and what it is of.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The copies of the workspace.
    pub copies: Arc<Copies>,
    /// The source.
    pub source: SourceId,
    /// The table.
    pub table: TableId,
    /// The most rows that are written at once.
    pub batch_rows: usize,
}

/// Copies a table as planned.
pub async fn copy(
    session: &mut dyn Session,
    under_way: &UnderWay,
    plan: &Plan,
    to: &Destination,
    progress: &Arc<TableProgress>,
) -> Result<TableReport, CopyError> {
    let since = Instant::now();
    progress.restart();
    if let Some(copy) = plan.is_emptied() {
        return emptied::empty(plan, copy, to).await;
    }
    let version = session.version(&plan.read).await;
    let version = version.map_err(CopyError::Source)?;
    if let Some(copy) = plan.still_is(version.as_ref()) {
        return unchanged(plan, copy, to).await;
    }
    let told = match &plan.cursor {
        // Of the same snapshot as the rows that are about to be read.
        Some(column)
            if plan.capability.seeks && !session.tells_largest(&plan.read, &column.name) =>
        {
            let largest = session.largest(&plan.read, &column.name).await;
            Told::BySource(largest.map_err(CopyError::Source)?)
        }
        _ => Told::ByRows { since },
    };
    let (outlet, rows) = channel(DEPTH, to.batch_rows);
    let keys = plan.keys.as_ref().map(|_| channel(DEPTH, to.batch_rows));
    let (of_keys, keys) = keys.unzip();
    let (whole, until_whole) = oneshot::channel();
    let writing = Writing {
        plan: plan.clone(),
        to: to.clone(),
        progress: Arc::clone(progress),
        under_way: under_way.clone(),
        told,
        version,
    };
    let writing = spawn_blocking(move || writing.run(rows, keys, until_whole));
    let read = read(session, plan, outlet, of_keys).await;
    // Where the reader failed, what was written goes. Where the writer did, the reader ended well,
    // since nobody took its rows.
    match &read {
        Ok(()) => drop(whole.send(())),
        Err(_) => drop(whole),
    }
    let written = writing.await.map_err(|_| CopyError::Inside)?;
    read.map_err(CopyError::Source)?;
    let Written {
        copy,
        applied,
        notes,
        cursor,
    } = written?;
    let (rows_read, bytes_read) = progress.done();
    Ok(TableReport {
        rows_written: applied.inserted + applied.updated,
        rows_unchanged: applied.unchanged,
        rows_deleted: plan.keys.as_ref().map(|_| applied.deleted),
        rows_total: copy.rows,
        rows_read,
        bytes_read,
        seconds: since.elapsed().as_secs_f64(),
        strategy: Some(plan.way.as_str()),
        reason: plan.reason.clone(),
        blind_spots: [plan.blind_spots(), notes].concat(),
        schema_changes: plan.changes.clone(),
        cursor,
        ..report(plan, to, TableStatus::Copied)
    })
}

/// The report of a table that is as its copy is.
async fn unchanged(plan: &Plan, copy: &Copy, to: &Destination) -> Result<TableReport, CopyError> {
    let (copies, of) = (Arc::clone(&to.copies), copy.clone());
    let now = jiff::Timestamp::now().as_millisecond();
    let confirmed = spawn_blocking(move || copies.confirm(&of, now)).await;
    confirmed.map_err(|_| CopyError::Inside)??;
    Ok(TableReport {
        rows_unchanged: copy.rows,
        rows_total: copy.rows,
        reason: Some("Nothing new: it is as it was when it was last copied.".to_owned()),
        blind_spots: vec![
            "Changes that leave the size of a file and the time of its last change as they were."
                .to_owned(),
        ],
        cursor: plan.kept().cursor,
        ..report(plan, to, TableStatus::Copied)
    })
}

/// Reads the rows and, behind them, the keys that are wanted.
async fn read(
    session: &mut dyn Session,
    plan: &Plan,
    mut rows: Outlet,
    keys: Option<Outlet>,
) -> Result<(), ConnectorError> {
    session.read_table(&plan.read, &mut rows).await?;
    // That it is gone tells the writer that these were all.
    drop(rows);
    if let (Some(read), Some(mut keys)) = (&plan.keys, keys) {
        session.read_table(read, &mut keys).await?;
    }
    Ok(())
}

/// An empty report of a table.
pub fn report(plan: &Plan, to: &Destination, status: TableStatus) -> TableReport {
    let Table { schema, name, .. } = &plan.table;
    TableReport::empty(&to.table, schema.as_ref(), name, status)
}
