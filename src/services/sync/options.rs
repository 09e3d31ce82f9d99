//! What a caller may say of a copy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the rows that are read become the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// All rows are read, and take the place of the last copy.
    FullRefresh,
    /// Rows from the cursor on are added; each change of a row is one more row.
    Append,
    /// Rows from the cursor on take the place of those of the same key.
    Upsert,
}

/// Options of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct SyncOptions {
    /// Whether to read only what changed since the last copy, where the table lets one know.
    pub incremental: Option<bool>,
    /// How rows become the copy; `full_refresh` unless told, `upsert` with `incremental`.
    pub mode: Option<Mode>,
    /// The tables: names, `schema.name` or ids; all unless told, views alone where they are named.
    pub tables: Option<Vec<String>>,
    /// By table: the column that tells what changed.
    pub cursor_columns: Option<BTreeMap<String, String>>,
    /// Whether an upsert looks for rows that are gone, by reading the keys of all rows; those leave the
    /// copy. All rows that are read whole tell that by themselves.
    pub detect_deletes: Option<bool>,
    /// The most rows that are written at once, 1 to 50,000.
    pub batch_size: Option<usize>,
    /// The most connections to a source at once, 1 to 4; 2 unless told.
    pub connections: Option<usize>,
    /// Whether to wait for the end; the default. Else the answer is the job.
    pub wait: Option<bool>,
}

impl SyncOptions {
    /// Whether only what changed is read, where that can be.
    #[must_use]
    pub fn is_incremental(&self) -> bool {
        match self.mode {
            Some(Mode::FullRefresh) => false,
            Some(_) => self.incremental.unwrap_or(true),
            None => self.incremental.unwrap_or(false),
        }
    }
}
