//! A table that is being filled, until it becomes the copy or goes.

use std::sync::Arc;

use rusqlite::TransactionBehavior;

use super::catalog::{self, Copy, CopyColumn};
use super::columns::{add_columns, declared, fits, named, quoted};
use super::rows::{insert, insertion};
use super::{Copies, LocalError};
use crate::model::{SourceId, TableId};
use crate::rows::{RowBatch, RowColumn};

/// What a table is to be.
#[derive(Debug, Clone)]
pub struct StageDraft<'a> {
    /// Its columns.
    pub columns: &'a [RowColumn],
    /// The columns, by their names at the source, that tell rows apart; empty where none do.
    pub key: &'a [String],
    /// Whether columns hold values of their type alone.
    pub strict: bool,
    /// Whether the key is one column of integers and nothing else: rows are then kept by it, and no
    /// index is needed.
    pub integer_key: bool,
}

/// A table that is being filled. Dropped before it became the copy, it goes.
#[derive(Debug)]
pub struct Stage {
    copies: Arc<Copies>,
    physical: String,
    told: Vec<RowColumn>,
    columns: Vec<CopyColumn>,
    key: Vec<String>,
    strict: bool,
    integer_key: bool,
    insertion: String,
    rows: u64,
    kept: bool,
}

impl Copies {
    /// Begins to fill a table.
    ///
    /// # Errors
    /// Where the file cannot be written, or has no room for so many columns.
    pub fn stage(self: &Arc<Self>, draft: &StageDraft<'_>) -> Result<Stage, LocalError> {
        let columns = named(&[], draft.columns);
        let key: Vec<_> = (draft.key.iter())
            .filter_map(|name| columns.iter().find(|c| c.source_name == *name))
            .map(|column| column.name.clone())
            .collect();
        // A key of which a column is not copied tells nothing apart.
        let key = if key.len() == draft.key.len() {
            key
        } else {
            Vec::new()
        };
        let integer_key = draft.integer_key && key.len() == 1;
        let mut writer = self.writer();
        fits(&writer, columns.len())?;
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let physical = catalog::next_name(&tx)?;
        let declarations = columns.iter().map(|column| {
            let kind = match integer_key && key.contains(&column.name) {
                true => " INTEGER PRIMARY KEY",
                false if draft.strict => declared(&column.logical_type),
                false => "",
            };
            format!("{}{kind}", quoted(&column.name))
        });
        let declarations = declarations.collect::<Vec<_>>().join(", ");
        tx.execute_batch(&format!("CREATE TABLE {physical} ({declarations})"))?;
        tx.commit()?;
        drop(writer);
        Ok(Stage {
            copies: Arc::clone(self),
            insertion: insertion(&physical, columns.len()),
            physical,
            told: draft.columns.to_vec(),
            columns,
            key,
            strict: draft.strict,
            integer_key,
            rows: 0,
            kept: false,
        })
    }
}

impl Stage {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether rows can be told apart by a key.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.key.is_empty()
    }

    /// Lets go of it without dropping its table, which goes with the whole file.
    pub fn leave(mut self) {
        self.kept = true;
    }

    /// Its columns, as they were told.
    pub(super) fn told(&self) -> &[RowColumn] {
        &self.told
    }

    /// Its columns, as they are called in it.
    pub(super) fn columns(&self) -> &[CopyColumn] {
        &self.columns
    }

    /// The table that holds it.
    pub(super) fn physical(&self) -> &str {
        &self.physical
    }

    /// Takes columns that stand behind those known.
    ///
    /// # Errors
    /// Where the file cannot be written, or has no room for so many columns.
    pub fn widen(&mut self, columns: &[RowColumn]) -> Result<(), LocalError> {
        let Some(more) = columns
            .get(self.columns.len()..)
            .filter(|more| !more.is_empty())
        else {
            return Ok(());
        };
        let more = named(&self.columns, more);
        let mut writer = self.copies.writer();
        fits(&writer, self.columns.len() + more.len())?;
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        add_columns(&tx, &self.physical, &more)?;
        tx.commit()?;
        drop(writer);
        self.columns.extend(more);
        self.told = columns.to_vec();
        self.insertion = insertion(&self.physical, self.columns.len());
        Ok(())
    }

    /// Puts rows into it, in one transaction.
    ///
    /// # Errors
    /// Where the file cannot be written, or two rows have one key.
    pub fn write(&mut self, batch: &RowBatch) -> Result<(), LocalError> {
        let mut writer = self.copies.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        insert(&tx, &self.insertion, batch)?;
        tx.commit()?;
        self.rows += batch.len() as u64;
        Ok(())
    }

    /// Indexes the key, where there is one. Answers whether it tells the rows apart; where it does
    /// not, it is indexed all the same and is no key.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn index(&mut self) -> Result<bool, LocalError> {
        if self.key.is_empty() || self.integer_key {
            return Ok(true);
        }
        let key = self.key.iter().map(|name| quoted(name)).collect::<Vec<_>>();
        let key = key.join(", ");
        let create = |unique: &str| {
            let table = &self.physical;
            let sql = format!("CREATE {unique} INDEX {table}_key ON {table} ({key})");
            self.copies.writer().execute_batch(&sql)
        };
        match create("UNIQUE").map_err(LocalError::from) {
            Err(LocalError::TwiceTheSameKey) => create("")?,
            created => {
                created?;
                if self.strict || !self.lacks_keys()? {
                    return Ok(true);
                }
            }
        }
        self.key.clear();
        Ok(false)
    }

    /// Whether a row has no value in a column of the key, as SQLite's own keys let stand.
    fn lacks_keys(&self) -> Result<bool, LocalError> {
        let nulls = self.key.iter().map(|n| format!("{} IS NULL", quoted(n)));
        let nulls = nulls.collect::<Vec<_>>().join(" OR ");
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} WHERE {nulls})",
            self.physical
        );
        Ok(self.copies.writer().query_row(&sql, [], |row| row.get(0))?)
    }

    /// Becomes the copy of a table, in place of the last one, which goes.
    ///
    /// # Errors
    /// Where the file cannot be written; the last copy then stays.
    pub fn replace(
        mut self,
        table: &TableId,
        source: &SourceId,
        synced_at: i64,
        cursor: Option<serde_json::Value>,
    ) -> Result<Copy, LocalError> {
        let copy = Copy {
            table: table.clone(),
            source: source.clone(),
            physical: self.physical.clone(),
            columns: std::mem::take(&mut self.columns),
            key: std::mem::take(&mut self.key),
            rows: self.rows,
            synced_at,
            cursor,
        };
        let mut writer = self.copies.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last = catalog::put(&tx, &copy)?;
        tx.commit()?;
        self.kept = true;
        // By itself: readers of the new copy need not wait until the old one is taken apart. The new
        // one counts, whatever becomes of that.
        let dropped = last.map_or(Ok(()), |last| catalog::drop_table(&writer, &last));
        if let Err(error) = dropped {
            tracing::warn!(%error, "a copy that was replaced goes at the next start");
        }
        drop(writer);
        Ok(copy)
    }
}

/// A table that was filled elsewhere, and what it becomes the copy of.
#[derive(Debug)]
pub struct Arrival {
    /// It.
    pub stage: Stage,
    /// The table.
    pub table: TableId,
    /// Its source.
    pub source: SourceId,
    /// When it was last brought to the state of its source, in milliseconds since 1970.
    pub synced_at: i64,
    /// From where the next copy goes on.
    pub cursor: Option<serde_json::Value>,
}

impl Copies {
    /// Lets filled tables of this file become copies, all of them or none. One of a table that has a
    /// copy goes. Answers those that came.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn arrive(&self, mut arrivals: Vec<Arrival>) -> Result<Vec<Copy>, LocalError> {
        let mut came = Vec::new();
        let mut writer = self.writer();
        let done = (|| {
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for Arrival {
                stage,
                table,
                source,
                synced_at,
                cursor,
            } in &mut arrivals
            {
                if catalog::get(&tx, table)?.is_some() {
                    continue;
                }
                let copy = Copy {
                    table: table.clone(),
                    source: source.clone(),
                    physical: stage.physical.clone(),
                    columns: stage.columns.clone(),
                    key: stage.key.clone(),
                    rows: stage.rows,
                    synced_at: *synced_at,
                    cursor: cursor.take(),
                };
                catalog::put(&tx, &copy)?;
                stage.kept = true;
                came.push(copy);
            }
            Ok(tx.commit()?)
        })();
        // Those that are dropped need the writer themselves.
        drop(writer);
        if done.is_err() {
            for arrival in &mut arrivals {
                arrival.stage.kept = false;
            }
        }
        done.map(|()| came)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = catalog::drop_table(&self.copies.writer(), &self.physical)
        {
            tracing::warn!(%error, "a table that was not filled to its end goes at the next start");
        }
    }
}
