//! Reading rows: what is asked of a session, and the way on which rows leave it.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{ConnectorError, ErrorKind};
use crate::rows::{RowBatch, RowColumn};
use crate::schema::{Column, TableKind, TableRef};

/// Rows of one table that are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRead {
    /// The table.
    pub table: TableRef,
    /// What it is.
    pub kind: TableKind,
    /// The caller's own select, where `kind` is [`TableKind::Query`].
    pub query: Option<String>,
    /// The columns that are wanted, as the schema has them, and in the order in which they are
    /// answered. Of a collection: its top-level fields, which may be joined by others on the way.
    pub columns: Vec<Column>,
    /// Whether fields of documents that are none of `columns` join them; not where a caller chose some.
    /// Tables of rows have no others.
    pub open_columns: bool,
    /// What rows must be like; all of it.
    pub conditions: Vec<Condition>,
    /// A text that one of the columns must contain, in any letter case, written as text.
    pub search: Option<String>,
    /// In which order; any, where it is empty.
    pub order: Vec<Order>,
    /// How many rows to pass over.
    pub offset: u64,
    /// How many rows at most.
    pub limit: Option<u64>,
}

/// A condition on one column. Values are written as [`crate::rows`] has them, and are compared by
/// the source as values of the column's own type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// What of it.
    pub test: Test,
}

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is this.
    Equal(String),
    /// It is there, and not this.
    NotEqual(String),
    /// It is less.
    Less(String),
    /// It is less or this.
    AtMost(String),
    /// It is more.
    More(String),
    /// It is more or this.
    AtLeast(String),
    /// It is one of these.
    OneOf(Vec<String>),
    /// Written as text it contains this, in any letter case.
    Contains(String),
    /// Written as text it begins with this.
    StartsWith(String),
    /// It is not there.
    Null,
    /// It is there.
    NotNull,
}

/// An order by one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: String,
    /// Whether the largest come first.
    pub descending: bool,
}

/// A read-only statement of a caller's own.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryRead {
    /// What is asked.
    pub statement: Statement,
    /// How many rows at most. One more is read and not answered, to tell whether there were more.
    pub limit: u64,
    /// How long the source may take.
    pub timeout: Duration,
}

/// The languages of statements.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// SQL, with values for its parameters.
    Sql {
        /// The statement, with parameters as the engine writes them.
        text: String,
        /// The parameters' values in order.
        params: Vec<serde_json::Value>,
    },
    /// A search in a collection, by the fields of `MongoDB`'s `find` command, as Extended JSON.
    Find(serde_json::Map<String, serde_json::Value>),
    /// An aggregation.
    Pipeline {
        /// The collection.
        collection: String,
        /// The stages, as Extended JSON.
        stages: Vec<serde_json::Value>,
    },
}

/// One state of a source that several sessions may read, for as long as the session that made it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// By what another session may join it; absent where the engine knows no such thing.
    pub shared: Option<String>,
    /// What tells whether transactions were under way that this state does not hold and that may
    /// yet commit values of the past.
    pub under_way: UnderWay,
}

/// The reason of an error that says that a source no longer has the state that was being read.
pub const SNAPSHOT_TOO_OLD: &str = "snapshot_too_old";

/// Transactions that were under way at a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnderWay {
    /// Nobody knows.
    Unknown,
    /// None: all later changes begin after the snapshot.
    None,
    /// Some, the oldest of which bears the number `oldest`; `next` is the first number that none bore yet.
    Some {
        /// The number of the oldest.
        oldest: u64,
        /// The first that none bore yet.
        next: u64,
    },
}

/// What goes from a reader to whoever takes its rows.
#[derive(Debug)]
pub enum Chunk {
    /// The columns. Comes first; again, with more columns behind those known, where documents
    /// brought new fields.
    Columns(Vec<RowColumn>),
    /// Rows, as wide as the columns that were told last.
    Rows(RowBatch),
    /// The largest value of the column of which the session says that its rows tell it, as a [`Test`]
    /// takes it. Comes last, where any row has one.
    Largest(String),
}

/// Where a reader puts its rows. Bounded: a reader waits until there is room again.
#[derive(Debug)]
pub struct Outlet {
    chunks: mpsc::Sender<Chunk>,
    spare: mpsc::Receiver<RowBatch>,
    batch_rows: usize,
}

/// Where its rows come out.
#[derive(Debug)]
pub struct Inlet {
    chunks: mpsc::Receiver<Chunk>,
    spare: mpsc::Sender<RowBatch>,
}

/// Whoever took the rows is gone: there is nothing more to read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody takes the rows any more")]
pub struct Closed;

/// A way for rows, on which `depth` batches of at most `batch_rows` rows find room.
#[must_use]
pub fn channel(depth: usize, batch_rows: usize) -> (Outlet, Inlet) {
    let (chunks, taken) = mpsc::channel(depth);
    // One more than can be under way, so that giving back never waits.
    let (given, spare) = mpsc::channel(depth + 2);
    let outlet = Outlet {
        chunks,
        spare,
        batch_rows: batch_rows.clamp(1, RowBatch::ROWS),
    };
    let inlet = Inlet {
        chunks: taken,
        spare: given,
    };
    (outlet, inlet)
}

impl Outlet {
    /// Tells the columns.
    pub async fn columns(&mut self, columns: Vec<RowColumn>) -> Result<(), Closed> {
        let sent = self.chunks.send(Chunk::Columns(columns)).await;
        sent.map_err(|_| Closed)
    }

    /// Tells the largest value of a column.
    pub async fn largest(&mut self, value: String) -> Result<(), Closed> {
        let sent = self.chunks.send(Chunk::Largest(value)).await;
        sent.map_err(|_| Closed)
    }

    /// The most rows of a batch on this way.
    #[must_use]
    pub fn batch_rows(&self) -> usize {
        self.batch_rows
    }

    /// Tells the columns, on a thread that may wait.
    pub fn columns_blocking(&mut self, columns: Vec<RowColumn>) -> Result<(), Closed> {
        let sent = self.chunks.blocking_send(Chunk::Columns(columns));
        sent.map_err(|_| Closed)
    }

    /// An empty batch of so many columns; one that came back, where there is one.
    pub fn batch(&mut self, width: usize) -> RowBatch {
        let mut batch = self.spare.try_recv().unwrap_or_default();
        batch.reset(width, self.batch_rows);
        batch
    }

    /// Hands on what is in `batch`, and makes it an empty one of the same width.
    pub async fn send(&mut self, batch: &mut RowBatch) -> Result<(), Closed> {
        match self.exchanged(batch) {
            Some(full) => self.chunks.send(full).await.map_err(|_| Closed),
            None => Ok(()),
        }
    }

    /// The same, on a thread that may wait.
    pub fn send_blocking(&mut self, batch: &mut RowBatch) -> Result<(), Closed> {
        match self.exchanged(batch) {
            Some(full) => self.chunks.blocking_send(full).map_err(|_| Closed),
            None => Ok(()),
        }
    }

    /// What is in `batch`, which becomes an empty one.
    fn exchanged(&mut self, batch: &mut RowBatch) -> Option<Chunk> {
        if batch.is_empty() {
            return None;
        }
        let next = self.batch(batch.width());
        Some(Chunk::Rows(std::mem::replace(batch, next)))
    }
}

impl Inlet {
    /// The next chunk; `None` where the reader has ended, well or not.
    pub async fn next(&mut self) -> Option<Chunk> {
        self.chunks.recv().await
    }

    /// The next chunk, waited for on this thread.
    pub fn next_blocking(&mut self) -> Option<Chunk> {
        self.chunks.blocking_recv()
    }

    /// Gives a batch back that is done with.
    pub fn give_back(&self, batch: RowBatch) {
        let _ = self.spare.try_send(batch);
    }
}

/// The engine has no such way to read.
#[must_use]
pub fn not_offered() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::UnsupportedServer,
        "This engine offers no such way to read.",
        "Read its tables by another way, or copy them first and ask the copy.",
    )
}
