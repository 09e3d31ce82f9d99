//! Copied rows of a document: written to a stage each, before anything else of it is kept.

use std::path::Path;
use std::sync::Arc;

use super::TransferFailure;
use super::cells;
use super::document::CopyDocument;
use super::filling::Filling;
use crate::disk;
use crate::local::{Copies, LocalError, Stage, StageDraft};
use crate::rows::RowBatch;
use crate::services::sync::Kept;
use crate::services::transfer::TransferError;

/// Checks what a document says of a copy, and of each value.
pub fn check(at: usize, copy: &CopyDocument) -> Result<(), TransferFailure> {
    let unreadable = |field: &str, expected| TransferError::Unreadable {
        field: format!("copies[{at}].{field}"),
        expected,
    };
    if let Some(cursor) = &copy.cursor {
        let kept = serde_json::from_value::<Kept>(cursor.clone());
        kept.map_err(|_| unreadable("cursor", "cursor of a copy"))?;
    }
    if copy.columns.is_empty() {
        return Err(unreadable("columns", "list of at least one column").into());
    }
    let known = |name: &String| copy.columns.iter().any(|column| column.name == *name);
    if !copy.key.iter().all(known) || (copy.integer_key && copy.key.len() != 1) {
        return Err(unreadable("key", "key of these columns").into());
    }
    let Some(rows) = &copy.data else {
        return Ok(());
    };
    if rows.len() as u64 != copy.rows {
        return Err(unreadable("rows", "number of its rows").into());
    }
    let mut batch = RowBatch::new(copy.columns.len());
    for (row, values) in (0..).zip(rows) {
        if values.len() != copy.columns.len() {
            let field = format!("data[{row}]");
            return Err(unreadable(&field, "row of so many values as there are columns").into());
        }
        if let Some(column) = values
            .iter()
            .position(|v| cells::push(v, &mut batch).is_none())
        {
            let field = format!("data[{row}][{column}]");
            return Err(unreadable(&field, "value of a row").into());
        }
        batch.reset(copy.columns.len(), RowBatch::ROWS);
    }
    Ok(())
}

/// Rows of a copy that come one after the other. Where they are wanted they go to a stage; else they
/// are looked at and nothing more.
pub struct Landing<'a> {
    at: usize,
    copy: &'a CopyDocument,
    to: Option<To>,
    /// Where the next row is to be pushed.
    pub batch: RowBatch,
    rows: u64,
    /// The folder whose disk they fill.
    folder: &'a Path,
}

/// How a stage is filled: of few rows here, of many on a thread beside this one.
enum To {
    Here(Stage),
    Beside(Filling),
}

impl<'a> Landing<'a> {
    /// None yet.
    pub fn new(
        copies: Option<&Arc<Copies>>,
        at: usize,
        copy: &'a CopyDocument,
        folder: &'a Path,
    ) -> Result<Self, TransferFailure> {
        let draft = StageDraft {
            columns: &copy.columns,
            key: &copy.key,
            strict: copy.strict,
            integer_key: copy.integer_key,
        };
        let stage = copies.map(|copies| copies.stage(&draft)).transpose();
        Ok(Self {
            to: stage.map_err(|error| refusal(at, error))?.map(To::Here),
            at,
            copy,
            batch: RowBatch::new(copy.columns.len()),
            rows: 0,
            folder,
        })
    }

    /// How many columns a row has.
    pub fn width(&self) -> usize {
        self.copy.columns.len()
    }

    /// A row was pushed.
    pub fn pushed(&mut self) -> Result<(), TransferFailure> {
        self.rows += 1;
        if self.batch.is_full() {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), TransferFailure> {
        let filling = match self.to.take() {
            Some(To::Beside(filling)) => filling,
            Some(To::Here(stage)) => {
                let (at, folder) = (self.at, self.folder.to_owned());
                Filling::begin(stage, move |stage, batch| put(stage, batch, at, &folder))?
            }
            None => {
                self.empty();
                return Ok(());
            }
        };
        self.batch = filling.put(std::mem::take(&mut self.batch))?;
        self.empty();
        self.to = Some(To::Beside(filling));
        Ok(())
    }

    fn empty(&mut self) {
        self.batch.reset(self.copy.columns.len(), RowBatch::ROWS);
    }

    /// All came. Answers the stage with its place in the document, where they are wanted.
    pub fn finish(self) -> Result<Option<(usize, Stage)>, TransferFailure> {
        let stage = match self.to {
            Some(To::Here(mut stage)) => {
                put(&mut stage, &self.batch, self.at, self.folder)?;
                Some(stage)
            }
            Some(To::Beside(filling)) => {
                filling.put(self.batch)?;
                Some(filling.finish()?)
            }
            None => None,
        };
        if self.rows != self.copy.rows {
            return Err(refused(self.at, "rows", "number of its rows"));
        }
        let Some(mut stage) = stage else {
            return Ok(None);
        };
        if stage.index().map_err(|error| refusal(self.at, error))? {
            Ok(Some((self.at, stage)))
        } else {
            Err(refused(self.at, "data", KEYED))
        }
    }
}

/// Writes rows of that copy in the document.
fn put(
    stage: &mut Stage,
    batch: &RowBatch,
    at: usize,
    folder: &Path,
) -> Result<(), TransferFailure> {
    disk_has_room(folder)?;
    stage.write(batch).map_err(|error| refusal(at, error))
}

/// What the rows of a copy with a key have to be.
const KEYED: &str = "list of rows that the key tells apart";
/// What is left free on the disk.
const RESERVE: u64 = 64 << 20;

/// Fails where the disk of a folder is as good as full.
pub fn disk_has_room(folder: &Path) -> Result<(), LocalError> {
    match disk::free(folder) {
        Ok(free) if free < RESERVE => Err(LocalError::Full),
        // Where it cannot be asked, writing tells.
        _ => Ok(()),
    }
}

fn refused(at: usize, field: &str, expected: &'static str) -> TransferFailure {
    TransferError::Unreadable {
        field: format!("copies[{at}].{field}"),
        expected,
    }
    .into()
}

fn refusal(at: usize, error: LocalError) -> TransferFailure {
    match error {
        LocalError::TwiceTheSameKey | LocalError::UnfitKey => refused(at, "data", KEYED),
        LocalError::TooLarge => refused(at, "columns", "list of columns that a copy can hold"),
        other => other.into(),
    }
}
