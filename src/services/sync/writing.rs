//! The writing half of copying a table, on a thread that may wait for the disk: it holds what was
//! written until that becomes the copy, or goes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::copy::{CopyError, Destination};
use super::cursor::{Cursor, Kept, Largest, Unseen};
use super::plan::{Plan, Way};
use super::progress::{Phase, TableProgress};
use crate::connectors::read::UnderWay;
use crate::connectors::{Chunk, Inlet};
use crate::local::{Applied, Change, Copies, Copy, Delta, LocalError, Stage, StageDraft};
use crate::rows::{RowBatch, RowColumn};

/// What a change of a copy may take in memory, in bytes, before it is put into a table first.
const IN_MEMORY: usize = 4 << 20;

/// Makes a copy of what is read.
pub struct Writing {
    pub plan: Plan,
    pub to: Destination,
    pub progress: Arc<TableProgress>,
    pub under_way: UnderWay,
    /// Who tells the largest value of the cursor's column.
    pub told: Told,
    /// The version of the table that is read, where the source tells versions.
    pub version: Option<String>,
}

/// Who tells the largest value of a column.
pub enum Told {
    /// The source, which was asked: this, where any row has one.
    BySource(Option<String>),
    /// The rows, as they pass since then. What comes meanwhile may be less than what they tell.
    ByRows { since: Instant },
}

/// What was written.
pub struct Written {
    pub copy: Copy,
    pub applied: Applied,
    /// What a reader of the report should know, in sentences.
    pub notes: Vec<String>,
    pub cursor: Option<Cursor>,
}

impl Writing {
    /// Takes all rows, and the keys where those are read too, and makes the copy of them once `whole`
    /// says that there were no more.
    pub fn run(
        self,
        rows: Inlet,
        keys: Option<Inlet>,
        whole: oneshot::Receiver<()>,
    ) -> Result<Written, CopyError> {
        let (filled, largest) = Writer::of_rows(&self).take(rows)?;
        let keys = keys.map(|keys| {
            self.progress.enter(Phase::Comparing);
            Writer::of_keys(&self).take(keys)
        });
        let keys = keys.transpose()?.map(|(keys, _)| keys);
        if whole.blocking_recv().is_err() {
            return Err(CopyError::GivenUp);
        }
        self.progress.enter(Phase::Finishing);
        let (largest, lasted) = match &self.told {
            Told::BySource(told) => (told.clone(), Duration::ZERO),
            Told::ByRows { since } => (largest, since.elapsed()),
        };
        let unseen = Unseen {
            under_way: &self.under_way,
            lasted,
        };
        let cursor = self.plan.next_cursor(largest, &unseen);
        self.finish(filled, keys, cursor)
    }

    fn finish(
        self,
        filled: Filled,
        keys: Option<Filled>,
        cursor: Option<Cursor>,
    ) -> Result<Written, CopyError> {
        let now = jiff::Timestamp::now().as_millisecond();
        let kept = Kept {
            cursor,
            version: self.version.clone(),
            engine_id: self.plan.table.engine_id.clone(),
        };
        let next = kept.is_of_use().then(|| serde_json::to_value(&kept));
        let next = next.transpose().map_err(|_| CopyError::Inside)?;
        let Destination {
            copies,
            source,
            table,
            ..
        } = &self.to;
        let (copy, applied, notes) = if self.plan.way == Way::Full {
            let Filled::Stage(mut stage) = filled else {
                return Err(CopyError::Changed);
            };
            let mut notes = Vec::new();
            if !stage.index()? {
                notes.push(
                    "The key does not tell all rows apart, so that changes cannot be told by it."
                        .to_owned(),
                );
            }
            let copy = stage.replace(table, source, now, next)?;
            let inserted = copy.rows;
            let applied = Applied {
                inserted,
                ..Applied::default()
            };
            (copy, applied, notes)
        } else {
            let (Some(copy), delta) = (&self.plan.copy, delta(filled)) else {
                return Err(CopyError::Changed);
            };
            let change = self.change(copy)?;
            if !copy.takes(&delta.columns) {
                return Err(CopyError::Changed);
            }
            let keys = keys.map(indexed).transpose()?;
            let of_source = keys.as_ref().map_or(0, Stage::rows);
            let delta = delta.among(keys);
            let applied = copies.apply(copy, &change, &delta, now, next);
            let (copy, applied) = applied.map_err(|error| match error {
                LocalError::Overtaken => CopyError::Changed,
                other => CopyError::Local(other),
            })?;
            let missing = of_source.saturating_sub(copy.rows);
            let note = format!(
                "{missing} of the source's rows are not in the copy: they came later and are less by the cursor, or came while it was read. A full refresh copies them."
            );
            let notes = Vec::from_iter((missing > 0).then_some(note));
            (copy, applied, notes)
        };
        Ok(Written {
            copy,
            applied,
            notes,
            cursor: kept.cursor,
        })
    }

    /// What rows that changed mean.
    fn change(&self, copy: &Copy) -> Result<Change, CopyError> {
        let (Way::Append, Some(kept)) = (&self.plan.way, self.plan.kept().cursor) else {
            return Ok(Change::Upsert);
        };
        let mut columns = copy.columns.iter();
        let column = columns.find(|column| column.source_name == kept.column);
        Ok(Change::Replace {
            column: column.ok_or(CopyError::Changed)?.name.clone(),
            from: kept.from,
        })
    }
}

/// What was read.
enum Filled {
    /// All in a table.
    Stage(Stage),
    /// All in memory.
    Batches(Vec<RowColumn>, Vec<RowBatch>),
}

/// The table of keys, to look them up in.
fn indexed(keys: Filled) -> Result<Stage, CopyError> {
    match keys {
        Filled::Stage(mut stage) if stage.has_key() => {
            stage.index()?;
            Ok(stage)
        }
        _ => Err(CopyError::Changed),
    }
}

fn delta(filled: Filled) -> Delta {
    match filled {
        Filled::Stage(stage) => Delta::of_stage(stage),
        Filled::Batches(columns, batches) => Delta::of_batches(columns, batches),
    }
}

/// Takes rows, and puts them where they find room.
struct Writer<'a> {
    copies: &'a Arc<Copies>,
    progress: &'a TableProgress,
    /// How a batch is counted there.
    count: fn(&TableProgress, &RowBatch),
    key: &'a [String],
    strict: bool,
    integer_key: bool,
    /// Whether few rows may stay in memory.
    few: bool,
    columns: Vec<RowColumn>,
    batches: Vec<RowBatch>,
    bytes: usize,
    stage: Option<Stage>,
    /// The column of which the largest value is looked for, and where it stands.
    largest: Option<(&'a str, Largest)>,
    place: Option<usize>,
}

impl<'a> Writer<'a> {
    /// A writer of the rows of a table, or of those that changed.
    fn of_rows(writing: &'a Writing) -> Self {
        let full = writing.plan.way == Way::Full;
        let all = Self::of_keys(writing);
        let column = writing.plan.cursor.as_ref();
        let column = column.filter(|_| matches!(writing.told, Told::ByRows { .. }));
        let of_cursor = column.map(|column| (&*column.name, Largest::of(&column.logical_type)));
        Self {
            count: |progress, rows| progress.add(rows.len(), rows.bytes()),
            // A table of changes is gone through once.
            key: if full { all.key } else { &[] },
            integer_key: full && all.integer_key,
            few: !full,
            largest: of_cursor,
            ..all
        }
    }

    /// A writer of all keys of a table.
    fn of_keys(writing: &'a Writing) -> Self {
        let plan = &writing.plan;
        Self {
            copies: &writing.to.copies,
            progress: &writing.progress,
            count: |progress, keys| progress.add_keys(keys.len()),
            key: &plan.key,
            strict: plan.capability.strict_types,
            integer_key: plan.integer_key,
            few: false,
            columns: Vec::new(),
            batches: Vec::new(),
            bytes: 0,
            stage: None,
            largest: None,
            place: None,
        }
    }

    /// Takes all that comes. Answers the largest value too that was looked for.
    fn take(mut self, mut inlet: Inlet) -> Result<(Filled, Option<String>), LocalError> {
        let mut told = None;
        while let Some(chunk) = inlet.next_blocking() {
            match chunk {
                Chunk::Columns(columns) => {
                    self.columns = columns;
                    let name = self.largest.as_ref().map(|(name, _)| *name);
                    let mut names = self.columns.iter().map(|column| Some(&*column.name));
                    self.place = name.and_then(|_| names.position(|known| known == name));
                    if let Some(stage) = &mut self.stage {
                        stage.widen(&self.columns)?;
                    } else if !self.few {
                        self.begin()?;
                    }
                }
                Chunk::Rows(batch) => {
                    (self.count)(self.progress, &batch);
                    if let (Some((_, largest)), Some(place)) = (&mut self.largest, self.place) {
                        let cells = batch.rows().filter_map(|row| row.get(place));
                        cells.for_each(|cell| largest.see(cell));
                    }
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
                Chunk::Largest(value) => told = Some(value),
            }
        }
        let filled = match self.stage {
            Some(stage) => Filled::Stage(stage),
            None => Filled::Batches(self.columns, self.batches),
        };
        let seen = self.largest.and_then(|(_, largest)| largest.value());
        Ok((filled, told.or(seen)))
    }

    /// Begins a table, with what is in memory.
    fn begin(&mut self) -> Result<(), LocalError> {
        let mut stage = self.copies.stage(&StageDraft {
            columns: &self.columns,
            key: self.key,
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
