//! Bringing a copy to a later state of its table by the rows that changed.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Statement, TransactionBehavior};

use super::catalog::{self, Copy, CopyColumn};
use super::columns::{add_columns, fits, named, quoted};
use super::rows::{bind, holds};
use super::{Copies, LocalError, Stage};
use crate::rows::{Cell, RowBatch, RowColumn};
use crate::schema::DataType;

/// Rows that changed.
#[derive(Debug)]
pub struct Delta {
    /// Their columns: those of the copy and, of documents, new ones behind them.
    pub columns: Vec<RowColumn>,
    rows: Rows,
    keys: Option<Stage>,
}

#[derive(Debug)]
enum Rows {
    Batches(Vec<RowBatch>),
    Stage(Stage),
}

impl Delta {
    /// A few rows.
    #[must_use]
    pub fn of_batches(columns: Vec<RowColumn>, batches: Vec<RowBatch>) -> Self {
        Self {
            columns,
            rows: Rows::Batches(batches),
            keys: None,
        }
    }

    /// Many rows, in a table.
    #[must_use]
    pub fn of_stage(stage: Stage) -> Self {
        Self {
            columns: stage.told().to_vec(),
            rows: Rows::Stage(stage),
            keys: None,
        }
    }

    /// The keys of all rows that there are now: an upsert lets go of rows that have none of them.
    #[must_use]
    pub fn among(self, keys: Option<Stage>) -> Self {
        Self { keys, ..self }
    }
}

/// What they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Each is the present state of the row of its key.
    Upsert,
    /// They stand for all rows whose `column` is at least `from`.
    Replace {
        /// The column, by its name in the copy.
        column: String,
        /// The value, in the form that the column's values have.
        from: String,
    },
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows that are new.
    pub inserted: u64,
    /// Rows that are there in a new state.
    pub updated: u64,
    /// Rows that were as they are already.
    pub unchanged: u64,
    /// Rows that are gone.
    pub deleted: u64,
}

impl Copies {
    /// Brings a copy to a later state, with the cursor that belongs to it, in one transaction.
    ///
    /// # Errors
    /// Where the file cannot be written, or the copy is another one by now; it then stays as it is.
    pub fn apply(
        &self,
        copy: &Copy,
        change: &Change,
        delta: &Delta,
        synced_at: i64,
        cursor: Option<serde_json::Value>,
    ) -> Result<(Copy, Applied), LocalError> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // A run that was cancelled at its very end may have come first.
        if catalog::get(&tx, &copy.table)?.as_ref() != Some(copy) {
            return Err(LocalError::Overtaken);
        }
        let mut applied = Applied::default();
        let copy = &widened(&tx, copy, &delta.columns)?;
        match change {
            Change::Upsert => {
                let mut upsert = Upsert::prepare(&tx, copy)?;
                each(&tx, delta, |cells| upsert.row(cells, &mut applied))?;
                if let Some(keys) = &delta.keys {
                    applied.deleted = sweep(&tx, copy, keys)?;
                }
            }
            Change::Replace { column, from } => {
                let known = copy.columns.iter().find(|known| known.name == *column);
                let from = limit(known.map(|known| &known.logical_type), from);
                let (table, column) = (quoted(&copy.physical), quoted(column));
                let sql = format!("DELETE FROM {table} WHERE {column} >= ?1");
                applied.deleted = tx.execute(&sql, [from])? as u64;
                let mut insert =
                    tx.prepare(&super::rows::insertion(&copy.physical, copy.columns.len()))?;
                each(&tx, delta, |cells| {
                    for (number, cell) in (1..).zip(cells) {
                        bind(&mut insert, number, *cell)?;
                    }
                    insert.raw_execute()?;
                    applied.inserted += 1;
                    Ok(())
                })?;
            }
        }
        let copy = Copy {
            rows: (copy.rows + applied.inserted).saturating_sub(applied.deleted),
            synced_at,
            cursor,
            ..copy.clone()
        };
        catalog::put(&tx, &copy)?;
        tx.commit()?;
        Ok((copy, applied))
    }
}

/// The copy with the columns that are new behind its own.
fn widened(conn: &Connection, copy: &Copy, columns: &[RowColumn]) -> Result<Copy, LocalError> {
    let mut copy = copy.clone();
    let more = columns.get(copy.columns.len()..).unwrap_or_default();
    let more = named(&copy.columns, more);
    fits(conn, copy.columns.len() + more.len())?;
    add_columns(conn, &copy.physical, &more)?;
    copy.columns.extend(more);
    Ok(copy)
}

/// Inserts rows, or updates those that are there and differ.
struct Upsert<'a> {
    insert: Statement<'a>,
    /// The row of a key, whose values are its parameters.
    present: Statement<'a>,
    /// Its parameters are those of `insert`.
    update: Statement<'a>,
    /// Where the columns of the key stand.
    key: Vec<usize>,
}

impl<'a> Upsert<'a> {
    fn prepare(conn: &'a Connection, copy: &Copy) -> Result<Self, LocalError> {
        let table = quoted(&copy.physical);
        let (mut key, mut found, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        let mut sets = Vec::new();
        for (at, column) in copy.columns.iter().enumerate() {
            let name = quoted(&column.name);
            if copy.key.contains(&column.name) {
                key.push(at);
                found.push(format!("{name} = ?{}", key.len()));
                keys.push(format!("{name} = ?{}", at + 1));
            }
            // Those of the key too: 1 and 1.0 are one key.
            sets.push(format!("{name} = ?{}", at + 1));
        }
        let insert = super::rows::insertion(&copy.physical, copy.columns.len());
        let insert = format!("{insert} ON CONFLICT DO NOTHING");
        let present = format!("SELECT * FROM {table} WHERE {}", found.join(" AND "));
        let (sets, keys) = (sets.join(", "), keys.join(" AND "));
        let update = format!("UPDATE {table} SET {sets} WHERE {keys}");
        Ok(Self {
            insert: conn.prepare(&insert)?,
            present: conn.prepare(&present)?,
            update: conn.prepare(&update)?,
            key,
        })
    }

    fn row(&mut self, cells: &[Cell<'_>], applied: &mut Applied) -> Result<(), LocalError> {
        let bound = |statement: &mut Statement<'_>| -> Result<usize, LocalError> {
            for (number, cell) in (1..).zip(cells) {
                bind(statement, number, *cell)?;
            }
            Ok(statement.raw_execute()?)
        };
        // SQLite takes any number of them for different.
        if self.key.iter().any(|at| cells[*at] == Cell::Null) {
            return Err(LocalError::UnfitKey);
        }
        if bound(&mut self.insert)? == 1 {
            applied.inserted += 1;
        } else if self.is_present(cells)? {
            applied.unchanged += 1;
        } else {
            bound(&mut self.update)?;
            applied.updated += 1;
        }
        Ok(())
    }

    /// Whether the row is there as it is. SQL's own comparison would take −0 for 0 and 1 for 1.0,
    /// and goes no deeper than a thousand columns.
    fn is_present(&mut self, cells: &[Cell<'_>]) -> Result<bool, LocalError> {
        for (number, at) in (1..).zip(&self.key) {
            bind(&mut self.present, number, cells[*at])?;
        }
        let mut rows = self.present.raw_query();
        let Some(row) = rows.next()? else {
            return Ok(false);
        };
        for (at, cell) in cells.iter().enumerate() {
            if !holds(row.get_ref(at)?, *cell) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Lets go of the rows of a copy whose key is none of those that are there. Answers how many they were.
fn sweep(conn: &Connection, copy: &Copy, keys: &Stage) -> Result<u64, LocalError> {
    let (table, there) = (quoted(&copy.physical), quoted(keys.physical()));
    // Beside their keys, documents bring themselves.
    let of_key = |column: &&CopyColumn| copy.key.contains(&column.name);
    let same = copy.columns.iter().filter(of_key).filter_map(|own| {
        let mut keys = keys.columns().iter();
        let key = keys.find(|key| key.source_name == own.source_name)?;
        let (own, key) = (quoted(&own.name), quoted(&key.name));
        // SQLite's own tables may have keys with NULLs in them.
        Some(format!("{there}.{key} IS {table}.{own}"))
    });
    let same = same.collect::<Vec<_>>().join(" AND ");
    let sql = format!("DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM {there} WHERE {same})");
    Ok(conn.execute(&sql, [])? as u64)
}

/// Hands over the values of each row.
fn each<F>(conn: &Connection, delta: &Delta, mut take: F) -> Result<(), LocalError>
where
    F: FnMut(&[Cell<'_>]) -> Result<(), LocalError>,
{
    let columns = delta.columns.len();
    match &delta.rows {
        Rows::Batches(batches) => {
            for row in batches.iter().flat_map(RowBatch::rows) {
                // Batches of before a column was found are narrower.
                let missing = columns.saturating_sub(row.cells().count());
                let cells = row.cells().chain(std::iter::repeat_n(Cell::Null, missing));
                take(&cells.collect::<Vec<_>>())?;
            }
        }
        Rows::Stage(stage) => {
            let sql = format!("SELECT * FROM {}", quoted(stage.physical()));
            let mut statement = conn.prepare(&sql)?;
            let width = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let cells = (0..width).map(|at| row.get_ref(at).map(cell));
                take(&cells.collect::<Result<Vec<_>, _>>()?)?;
            }
        }
    }
    Ok(())
}

/// A value to compare those of a column with. It takes the column's affinity, but a column without
/// a type has none, and there a number is less than any text.
fn limit(logical_type: Option<&DataType>, text: &str) -> Value {
    let number = match logical_type {
        Some(DataType::ObjectId) => None,
        _ => text.parse().map(Value::Integer).ok().or_else(|| {
            let real = text.parse().ok().filter(|real: &f64| real.is_finite());
            real.map(Value::Real)
        }),
    };
    number.unwrap_or_else(|| Value::Text(text.to_owned()))
}

pub(super) fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Integer(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(value) => match std::str::from_utf8(value) {
            Ok(text) => Cell::Text(text),
            Err(_) => Cell::Blob(value),
        },
        ValueRef::Blob(value) => Cell::Blob(value),
    }
}
