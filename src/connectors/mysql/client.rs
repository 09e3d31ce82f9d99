//! A connection that is logged in: the driver's, with what is told of its failures and how much is
//! taken of its answers.

use std::sync::Arc;

use futures_util::StreamExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Column, Conn, DriverError, Error, Params, Statement, Value};

use super::wire::{self, Failure, LoginOutcome, Meeting, Refusal, Relay, SILENCE, Stream, Tap};

/// A connection.
pub struct Client {
    // Dropped before the relay, through which it would say goodbye.
    conn: Conn,
    relay: Relay,
    /// Between a command and the end of its answer. Stays where a reader was dropped half-way.
    busy: bool,
}

/// A statement that the server has understood.
pub struct Prepared {
    /// What it would answer with.
    pub columns: Arc<[Column]>,
    /// How many parameters it has.
    pub parameters: u16,
}

/// A statement that the server keeps until it is forgotten.
pub struct Kept(Statement);

impl Kept {
    /// What it would answer with; empty where it answers no rows.
    pub fn columns(&self) -> Arc<[Column]> {
        self.0.columns()
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        usize::from(self.0.num_params())
    }
}

/// One row of an answer.
pub struct Row(mysql_async::Row);

impl Client {
    /// Logs in. `sequence` is the number of the packet that the server gets next, `method` the
    /// login's that it would rather have.
    pub async fn login(
        mut server: Box<dyn Stream>,
        sequence: u8,
        mut driver: Meeting,
        method: &[u8],
    ) -> Result<(Self, LoginOutcome), Failure> {
        let outcome = wire::log_in(&mut server, sequence, &mut driver, method).await?;
        let (conn, driver) = driver.end().await?;
        let client = Self {
            conn,
            relay: Relay::start(driver, server),
            busy: false,
        };
        Ok((client, outcome))
    }

    /// The number by which the server knows this connection.
    pub fn thread(&self) -> u32 {
        self.conn.id()
    }

    /// Runs a statement that answers no rows.
    pub async fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.begin()?;
        let done = self.conn.query_drop(sql).await;
        self.end(done)
    }

    /// Runs a statement and maps its rows, at most `most` of them.
    pub async fn read<T>(
        &mut self,
        sql: &str,
        most: usize,
        map: impl FnMut(&Row) -> Option<T>,
    ) -> Result<Vec<T>, Failure> {
        self.begin()?;
        let found = rows(&mut self.conn, sql, most, map).await;
        if let Ok(None) = found {
            return Err(Failure::TooLarge("the rows of the catalog"));
        }
        self.end(found).map(Option::unwrap_or_default)
    }

    /// Lets the server understand one statement without running it.
    pub async fn prepare(&mut self, sql: &str) -> Result<Prepared, Failure> {
        let Some(kept) = self.keep(sql).await? else {
            return Ok(Prepared {
                columns: Arc::default(),
                parameters: u16::MAX,
            });
        };
        let prepared = Prepared {
            columns: kept.columns(),
            parameters: kept.0.num_params(),
        };
        self.forget(kept).await?;
        Ok(prepared)
    }

    /// Lets the server understand one statement, to run it. Answers `None` where its parameters
    /// are written in two ways.
    pub async fn keep(&mut self, sql: &str) -> Result<Option<Kept>, Failure> {
        self.begin()?;
        match self.conn.prep(sql).await {
            // The driver takes `:name` for a parameter too, and has asked for nothing yet.
            Err(Error::Driver(DriverError::MixedParams)) => {
                self.busy = false;
                Ok(None)
            }
            prepared => self.end(prepared).map(|statement| Some(Kept(statement))),
        }
    }

    /// Lets the server forget a statement.
    pub async fn forget(&mut self, kept: Kept) -> Result<(), Failure> {
        self.begin()?;
        let closed = self.conn.close(kept.0).await;
        self.end(closed)
    }

    /// Runs a statement with values for its parameters, and hands its columns and its rows, as they
    /// come, to `take`. What that makes of them is answered even where the statement fails.
    pub async fn run<T, F>(
        &mut self,
        kept: &Kept,
        values: Vec<Value>,
        take: impl FnOnce(Arc<[Column]>, Tap) -> F,
    ) -> (Result<(), Failure>, Option<T>)
    where
        F: Future<Output = T>,
    {
        if let Err(failure) = self.begin() {
            return (Err(failure), None);
        }
        let tap = self.relay.tap();
        let values = match values.len() {
            0 => Params::Empty,
            _ => Params::Positional(values),
        };
        let asked = self.conn.exec_iter(&kept.0, values);
        let answer = match tokio::time::timeout(SILENCE, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return (self.end(Err(error)), None),
            Err(_) => return (Err(Failure::Silent), None),
        };
        let columns = answer.columns().unwrap_or_default();
        // For the driver there are none; it waits for their end.
        let (done, taken) = futures_util::join!(answer.drop_result(), take(columns, tap));
        (self.end(done), Some(taken))
    }

    /// Says goodbye.
    pub async fn quit(self) {
        // A connection that is broken is gone as well.
        let _ = self.conn.disconnect().await;
        self.relay.ended().await;
    }

    fn begin(&mut self) -> Result<(), Failure> {
        if self.busy {
            return Err(Failure::Unfinished);
        }
        self.busy = true;
        Ok(())
    }

    /// What the relay saw tells more than what the driver makes of it.
    fn end<T>(&mut self, done: mysql_async::Result<T>) -> Result<T, Failure> {
        match done {
            Ok(answer) => {
                self.busy = false;
                Ok(answer)
            }
            Err(Error::Server(refusal)) => {
                self.busy = false;
                Err(Failure::Server(Refusal {
                    code: refusal.code,
                    message: refusal.message,
                }))
            }
            Err(_) => {
                let fault = self.relay.take_fault();
                Err(fault.unwrap_or(Failure::Malformed("an answer that is none")))
            }
        }
    }
}

/// The rows, unless there are more than that.
async fn rows<T>(
    conn: &mut Conn,
    sql: &str,
    most: usize,
    mut map: impl FnMut(&Row) -> Option<T>,
) -> mysql_async::Result<Option<Vec<T>>> {
    let mut found = Vec::new();
    let mut answer = conn.query_iter(sql).await?;
    let Some(mut rows) = answer.stream::<mysql_async::Row>().await? else {
        return Ok(Some(found));
    };
    while let Some(row) = rows.next().await {
        let row = Row(row?);
        if found.len() == most {
            return Ok(None);
        }
        found.extend(map(&row));
    }
    Ok(Some(found))
}

impl Row {
    /// The bytes of a column; `None` where it is NULL or not there. An answer to a query without
    /// parameters has every value as bytes, so none is ever read as a number or a date on its way.
    pub fn bytes(&self, column: usize) -> Option<&[u8]> {
        match self.0.as_ref(column)? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A column as text.
    pub fn text(&self, column: usize) -> Option<String> {
        self.bytes(column)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A column as text; NULL is empty.
    pub fn string(&self, column: usize) -> String {
        self.text(column).unwrap_or_default()
    }

    /// A column as text, where it holds any.
    pub fn filled(&self, column: usize) -> Option<String> {
        let filled = self.bytes(column).is_some_and(|bytes| !bytes.is_empty());
        filled.then(|| self.string(column))
    }

    /// A column as a number, where it is one.
    pub fn number(&self, column: usize) -> Option<u64> {
        std::str::from_utf8(self.bytes(column)?).ok()?.parse().ok()
    }
}
