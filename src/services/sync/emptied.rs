//! A table of which nothing is left, such as a file that is empty: its copy is emptied, and keeps its columns.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::copy::{CopyError, Destination, report};
use super::plan::Plan;
use super::report::{TableReport, TableStatus};
use crate::local::{Copy, LocalError, StageDraft};
use crate::rows::RowColumn;

/// Empties a copy.
pub async fn empty(plan: &Plan, copy: &Copy, to: &Destination) -> Result<TableReport, CopyError> {
    let (of, strict) = (copy.clone(), plan.capability.strict_types);
    let (copies, source) = (Arc::clone(&to.copies), to.source.clone());
    let emptied = spawn_blocking(move || -> Result<Copy, LocalError> {
        let columns = of.columns.iter().map(|column| RowColumn {
            name: column.source_name.clone(),
            native_type: column.native_type.clone(),
            logical_type: column.logical_type.clone(),
        });
        let stage = copies.stage(&StageDraft {
            columns: &columns.collect::<Vec<_>>(),
            key: &[],
            strict,
            integer_key: false,
        })?;
        let now = jiff::Timestamp::now().as_millisecond();
        stage.replace(&of.table, &source, now, None)
    });
    let emptied = emptied.await.map_err(|_| CopyError::Inside)??;
    Ok(TableReport {
        rows_total: emptied.rows,
        strategy: Some(plan.way.as_str()),
        reason: Some("Nothing is left of it at the source.".to_owned()),
        ..report(plan, to, TableStatus::Copied)
    })
}
