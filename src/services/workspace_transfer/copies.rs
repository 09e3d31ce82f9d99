//! Copied rows of a document: written to a stage each, before anything else of it is kept.

use std::sync::Arc;

use super::TransferFailure;
use super::cells;
use super::document::CopyDocument;
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

/// Writes the rows of a copy, which were checked, to a stage.
pub fn stage(
    copies: &Arc<Copies>,
    at: usize,
    copy: &CopyDocument,
    rows: &[Vec<serde_json::Value>],
) -> Result<Stage, TransferFailure> {
    let refused = |field: &str, expected| TransferError::Unreadable {
        field: format!("copies[{at}].{field}"),
        expected,
    };
    let made = copies.stage(&StageDraft {
        columns: &copy.columns,
        key: &copy.key,
        strict: copy.strict,
        integer_key: copy.integer_key,
    });
    let told = |error| match error {
        LocalError::TwiceTheSameKey | LocalError::UnfitKey => {
            TransferFailure::from(refused("data", "list of rows that the key tells apart"))
        }
        LocalError::TooLarge => refused("columns", "list of columns that a copy can hold").into(),
        other => other.into(),
    };
    let mut stage = made.map_err(told)?;
    let mut batch = RowBatch::new(copy.columns.len());
    for values in rows {
        for value in values {
            if cells::push(value, &mut batch).is_none() {
                return Err(refused("data", "list of rows").into());
            }
        }
        if batch.is_full() {
            stage.write(&batch).map_err(told)?;
            batch.reset(copy.columns.len(), RowBatch::ROWS);
        }
    }
    stage.write(&batch).map_err(told)?;
    if stage.index().map_err(told)? {
        Ok(stage)
    } else {
        Err(refused("data", "list of rows that the key tells apart").into())
    }
}
