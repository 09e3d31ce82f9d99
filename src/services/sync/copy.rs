//! Copying one table: a reader and a writer side by side, with a few batches between them.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::spawn_blocking;

use super::cursor::{Cursor, has_an_end};
use super::plan::{Plan, Way};
use super::progress::{Phase, TableProgress};
use super::report::{Failure, TableReport, TableStatus};
use crate::connectors::read::{UnderWay, channel};
use crate::connectors::{Chunk, ConnectorError, Inlet, Session};
use crate::local::{Applied, Change, Copies, Copy, Delta, LocalError, Stage, StageDraft};
use crate::model::{SourceId, TableId};
use crate::rows::{RowBatch, RowColumn};
use crate::schema::Table;

/// Batches under way between reader and writer.
const DEPTH: usize = 2;
/// What a change of a copy may take in memory, in bytes, before it is put into a table first.
const IN_MEMORY: usize = 4 << 20;

/// Why a table was not copied.
#[derive(Debug)]
pub enum CopyError {
    /// The source failed.
    Source(ConnectorError),
    /// The copy could not be written.
    Local(LocalError),
    /// The table is another one than its plan was made for.
    Changed,
    /// Something broke inside.
    Inside,
}

impl From<&CopyError> for Failure {
    fn from(error: &CopyError) -> Self {
        match error {
            CopyError::Source(error) => error.into(),
            CopyError::Local(error) => error.into(),
            CopyError::Changed => Self::not_so("The table changed while it was read.".to_owned()),
            CopyError::Inside => Self::inside(),
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
    let cursor = next_cursor(session, under_way, plan).await?;
    let (mut outlet, inlet) = channel(DEPTH, to.batch_rows);
    let writer = Writer::new(plan, to, progress);
    let writing = spawn_blocking(move || writer.take(inlet));
    let read = session.read_table(&plan.read, &mut outlet).await;
    drop(outlet);
    // Where the reader failed, what was written goes with the stage that holds it. Where the writer
    // did, the reader ended well, since nobody took its rows.
    let filled = writing.await.map_err(|_| CopyError::Inside)?;
    read.map_err(CopyError::Source)?;
    let filled = filled.map_err(CopyError::Local)?;
    progress.enter(Phase::Finishing);
    let finish = Finish {
        plan: plan.clone(),
        to: to.clone(),
        cursor: cursor.clone(),
    };
    let finished = spawn_blocking(move || finish.finish(filled));
    let (copy, applied, notes) = finished.await.map_err(|_| CopyError::Inside)??;
    let (rows_read, bytes_read) = progress.done();
    Ok(TableReport {
        rows_written: applied.inserted + applied.updated,
        rows_unchanged: applied.unchanged,
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

/// An empty report of a table.
pub fn report(plan: &Plan, to: &Destination, status: TableStatus) -> TableReport {
    let Table { schema, name, .. } = &plan.table;
    TableReport::empty(&to.table, schema.as_ref(), name, status)
}

/// The cursor that goes with the rows that are about to be read: of the same snapshot.
async fn next_cursor(
    session: &mut dyn Session,
    under_way: &UnderWay,
    plan: &Plan,
) -> Result<Option<Cursor>, CopyError> {
    let Some(column) = &plan.cursor else {
        return Ok(None);
    };
    let kept = plan.kept();
    let largest = session.largest(&plan.read, &column.name).await;
    let largest = largest.map_err(CopyError::Source)?;
    let Some(largest) = largest.filter(|value| has_an_end(value)) else {
        // Nothing new, an empty table, or a value that nothing comes behind.
        return Ok(kept.filter(|_| plan.way != Way::Full));
    };
    Ok(Some(Cursor::after(
        kept.as_ref().filter(|_| plan.way != Way::Full),
        &column.name,
        &column.logical_type,
        largest,
        under_way,
        plan.appends(),
    )))
}

/// What was read.
enum Filled {
    /// All in a table.
    Stage(Stage),
    /// All in memory.
    Batches(Vec<RowColumn>, Vec<RowBatch>),
}

/// Takes rows, and puts them where they find room.
struct Writer {
    copies: Arc<Copies>,
    progress: Arc<TableProgress>,
    key: Vec<String>,
    strict: bool,
    integer_key: bool,
    /// Whether few rows may stay in memory.
    few: bool,
    columns: Vec<RowColumn>,
    batches: Vec<RowBatch>,
    bytes: usize,
    stage: Option<Stage>,
}

impl Writer {
    fn new(plan: &Plan, to: &Destination, progress: &Arc<TableProgress>) -> Self {
        let full = plan.way == Way::Full;
        Self {
            copies: Arc::clone(&to.copies),
            progress: Arc::clone(progress),
            // A table of changes is gone through once.
            key: if full { plan.key.clone() } else { Vec::new() },
            strict: plan.strict,
            integer_key: full && plan.integer_key,
            few: !full,
            columns: Vec::new(),
            batches: Vec::new(),
            bytes: 0,
            stage: None,
        }
    }

    /// Takes all that comes.
    fn take(mut self, mut inlet: Inlet) -> Result<Filled, LocalError> {
        while let Some(chunk) = inlet.next_blocking() {
            match chunk {
                Chunk::Columns(columns) => {
                    self.columns = columns;
                    if let Some(stage) = &mut self.stage {
                        stage.widen(&self.columns)?;
                    } else if !self.few {
                        self.begin()?;
                    }
                }
                Chunk::Rows(batch) => {
                    self.progress.add(batch.len(), batch.bytes());
                    if let Some(stage) = &mut self.stage {
                        stage.write(&batch)?;
                        inlet.give_back(batch);
                        continue;
                    }
                    self.bytes += batch.bytes();
                    self.batches.push(batch);
                    if self.bytes > IN_MEMORY {
                        self.begin()?;
                    }
                }
            }
        }
        Ok(match self.stage {
            Some(stage) => Filled::Stage(stage),
            None => Filled::Batches(self.columns, self.batches),
        })
    }

    /// Begins a table, with what is in memory.
    fn begin(&mut self) -> Result<(), LocalError> {
        let mut stage = self.copies.stage(&StageDraft {
            columns: &self.columns,
            key: &self.key,
            strict: self.strict,
            integer_key: self.integer_key,
        })?;
        for batch in self.batches.drain(..) {
            stage.write(&batch)?;
        }
        self.stage = Some(stage);
        Ok(())
    }
}

/// Makes the copy of what was read.
struct Finish {
    plan: Plan,
    to: Destination,
    cursor: Option<Cursor>,
}

impl Finish {
    fn finish(self, filled: Filled) -> Result<(Copy, Applied, Vec<String>), CopyError> {
        let now = jiff::Timestamp::now().as_millisecond();
        let cursor = self.cursor.as_ref().map(serde_json::to_value);
        let cursor = cursor.transpose().map_err(|_| CopyError::Inside)?;
        let Destination {
            copies,
            source,
            table,
            ..
        } = &self.to;
        if self.plan.way == Way::Full {
            let Filled::Stage(mut stage) = filled else {
                return Err(CopyError::Changed);
            };
            let mut notes = Vec::new();
            if !stage.index().map_err(CopyError::Local)? {
                notes.push(
                    "The key does not tell all rows apart, so that changes cannot be told by it."
                        .to_owned(),
                );
            }
            let copy = stage.replace(table, source, now, cursor);
            let copy = copy.map_err(CopyError::Local)?;
            let inserted = copy.rows;
            return Ok((
                copy,
                Applied {
                    inserted,
                    ..Applied::default()
                },
                notes,
            ));
        }
        let (Some(copy), delta) = (&self.plan.copy, delta(filled)) else {
            return Err(CopyError::Changed);
        };
        let change = match (&self.plan.way, self.plan.kept()) {
            (Way::Append, Some(kept)) => {
                let column = copy
                    .columns
                    .iter()
                    .find(|column| column.source_name == kept.column);
                Change::Replace {
                    column: column.ok_or(CopyError::Changed)?.name.clone(),
                    from: kept.from,
                }
            }
            _ => Change::Upsert,
        };
        if !copy.takes(&delta.columns) {
            return Err(CopyError::Changed);
        }
        let applied = copies.apply(copy, &change, &delta, now, cursor);
        let (copy, applied) = applied.map_err(|error| match error {
            LocalError::Overtaken => CopyError::Changed,
            other => CopyError::Local(other),
        })?;
        Ok((copy, applied, Vec::new()))
    }
}

fn delta(filled: Filled) -> Delta {
    match filled {
        Filled::Stage(stage) => Delta::of_stage(stage),
        Filled::Batches(columns, batches) => Delta::of_batches(columns, batches),
    }
}
