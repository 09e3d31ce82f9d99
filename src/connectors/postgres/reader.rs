//! Reading rows: always in one read-only snapshot, by the simple protocol.
//!
//! Simple, because then nothing is left behind on a pooled connection (no prepared statement), and
//! because the driver looks up each type that it does not know: a server that answers with ever
//! new ones would lead it into a recursion without end. Numbers arrive as text and are read here.

use std::pin::{Pin, pin};
use std::str::FromStr;
use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::cancel::{STOP, StopOnDrop};
use super::error::About;
use super::login::Connected;
use super::patience::within_patience;
use super::text::elements;
use super::watch::{Allowance, Watch};
use crate::connectors::{ConnectorError, limits};

/// How long a lock on the catalog is waited for, such as that of `VACUUM FULL` on one of its tables.
pub const LOCK: Duration = Duration::from_secs(10);

/// One read-only snapshot. Dropped before it is finished, it stops what runs at the server.
pub struct Reader<'a> {
    pub(super) client: &'a Client,
    pub(super) watch: &'a Watch,
    pub(super) about: &'a About,
    // Dropped in this order: the rollback is under way when the stop is sent.
    rollback: Rollback<'a>,
    stop: StopOnDrop,
    /// Where statements go one by one: whose turn it is.
    turn: Option<Semaphore>,
    /// What is passed by since others have locked it, in the text form of an array.
    locked: String,
}

/// How the statements of a snapshot go to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All that there are, without waiting for an answer. One that is refused ends the snapshot.
    AtOnce,
    /// Each when the one before it was answered. The snapshot goes on where one is refused.
    OneByOne,
}

/// What is looked up where no schema is named.
#[derive(Clone, Copy)]
pub enum SearchPath<'a> {
    /// Nothing: the server then prints all names in full.
    Empty,
    /// As the login has it.
    Default,
    /// These schemas.
    Schemas(&'a [String]),
}

impl SearchPath<'_> {
    /// Says that nothing is looked up where no schema is named. Compiling statements is left off, too:
    /// where the catalog's figures of itself are old it is begun for selects of some milliseconds,
    /// and takes a hundred.
    pub const EMPTY: &'static str = "SELECT pg_catalog.set_config('search_path', '', true), \
         CASE WHEN pg_catalog.current_setting('jit', true) IS NOT NULL \
              THEN pg_catalog.set_config('jit', 'off', true) END";
}

impl Connected {
    /// Begins a snapshot of the catalog whose statements may each run as long as `limit`.
    pub async fn read(
        &self,
        path: SearchPath<'_>,
        pace: Pace,
        limit: Duration,
    ) -> Result<Reader<'_>, ConnectorError> {
        let limits = (Some(limit), LOCK.min(limit));
        self.begin(path, pace, limits, Allowance::CATALOG).await
    }

    /// The same, for one that waits for each lock as long as `lock`, and passes by what others
    /// have `locked`: object ids, in the text form of an array.
    pub async fn read_past(
        &self,
        path: SearchPath<'_>,
        pace: Pace,
        lock: Duration,
        locked: String,
    ) -> Result<Reader<'_>, ConnectorError> {
        let limits = (Some(limits::INTROSPECT), lock);
        let reader = self.begin(path, pace, limits, Allowance::CATALOG).await?;
        Ok(Reader { locked, ..reader })
    }

    /// Begins a snapshot of rows, whose statements may each run as long as `limit`, or as they take.
    pub async fn read_rows(
        &self,
        path: SearchPath<'_>,
        limit: Option<Duration>,
    ) -> Result<Reader<'_>, ConnectorError> {
        let limits = (limit, limit.map_or(LOCK, |limit| LOCK.min(limit)));
        let begun = self.begin(path, Pace::AtOnce, limits, Allowance::ROWS);
        let reader = within_patience(&self.watch, &self.about, begun).await??;
        let settings = reader.hand_over(include_str!("sql/row_settings.sql"), |_| Ok(()));
        within_patience(&self.watch, &self.about, settings).await??;
        Ok(reader)
    }

    /// A snapshot of its own, or, where the session is in one, a piece of work in that.
    async fn begin(
        &self,
        path: SearchPath<'_>,
        pace: Pace,
        (limit, lock): (Option<Duration>, Duration),
        allowance: Allowance,
    ) -> Result<Reader<'_>, ConnectorError> {
        self.watch.allow(allowance);
        let (start, end) = if self.is_in_snapshot() {
            let end = "ROLLBACK TO SAVEPOINT headwater_work; RELEASE SAVEPOINT headwater_work";
            ("SAVEPOINT headwater_work", end)
        } else {
            let start = "START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
            (start, "ROLLBACK")
        };
        let reader = Reader {
            client: &self.client,
            watch: &self.watch,
            about: &self.about,
            rollback: Rollback {
                client: &self.client,
                end: Some(end),
            },
            stop: self.stop_on_drop(),
            turn: (pace == Pace::OneByOne).then(|| Semaphore::new(1)),
            locked: "{}".to_owned(),
        };
        let path = match path {
            SearchPath::Default => String::new(),
            SearchPath::Empty => SearchPath::EMPTY.to_owned(),
            SearchPath::Schemas(names) => {
                let names: Vec<_> = names.iter().map(|n| super::text::identifier(n)).collect();
                format!("SET LOCAL search_path = {}", names.join(", "))
            }
        };
        let savepoint = match pace {
            Pace::AtOnce => "",
            Pace::OneByOne => "SAVEPOINT headwater",
        };
        // All of it LOCAL, so that a pooler's next client finds nothing of it.
        let begin = format!(
            "{start}; SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}; {path}; \
             {savepoint}",
            limit.map_or(0, milliseconds),
            milliseconds(lock),
        );
        reader.done(self.client.batch_execute(&begin).await)?;
        Ok(reader)
    }
}

impl Reader<'_> {
    /// Runs one statement and hands over each of its rows.
    pub async fn each<F>(&self, sql: &str, take: F) -> Result<(), ConnectorError>
    where
        F: FnMut(Row<'_>) -> Result<(), ConnectorError>,
    {
        let Some(turn) = &self.turn else {
            return self.hand_over(sql, take).await;
        };
        // It cannot be closed: nobody but this reader knows it.
        let _turn = turn.acquire().await;
        self.stop.arm();
        let sql = format!("ROLLBACK TO SAVEPOINT headwater; {sql}");
        self.hand_over(&sql, take).await
    }

    async fn hand_over<F>(&self, sql: &str, mut take: F) -> Result<(), ConnectorError>
    where
        F: FnMut(Row<'_>) -> Result<(), ConnectorError>,
    {
        let mut rows = pin!(self.done(self.client.simple_query_raw(sql).await)?);
        while let Some(message) = rows.next().await {
            if let SimpleQueryMessage::Row(row) = self.done(message)? {
                let about = self.about;
                take(Row { row: &row, about })?;
            }
        }
        Ok(())
    }

    /// Runs one statement and collects what is made of each row.
    pub async fn all<T, F>(&self, sql: &str, mut make: F) -> Result<Vec<T>, ConnectorError>
    where
        F: FnMut(Row<'_>) -> Result<T, ConnectorError>,
    {
        let mut all = Vec::new();
        let take = |row: Row<'_>| {
            all.push(make(row)?);
            Ok(())
        };
        self.each(sql, take).await?;
        Ok(all)
    }

    /// The names of the columns that a statement answers with.
    pub async fn names(&self, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
        let mut messages = pin!(self.client.simple_query_raw(sql).await?);
        let mut names = Vec::new();
        while let Some(message) = messages.next().await {
            if let SimpleQueryMessage::RowDescription(columns) = message? {
                names = columns.iter().map(|c| c.name().to_owned()).collect();
            }
        }
        Ok(names)
    }

    /// Runs one statement by the extended protocol, which takes no second one behind it.
    pub async fn run_single(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.execute_typed(sql, &[]).await.map(drop)
    }

    /// The meaning of a failed statement that holds the caller's select.
    pub fn query_failed(&self, error: &tokio_postgres::Error) -> ConnectorError {
        self.stop.disarm_if_over(error);
        self.about.query(error, self.watch)
    }

    /// Nothing runs, until something is said to.
    pub fn is_idle(&self) {
        self.stop.disarm();
    }

    /// Something is about to run, which is stopped where nobody waits for it.
    pub fn is_busy(&self) {
        self.stop.arm();
    }

    /// Whether the snapshot goes on where a statement is refused.
    pub fn goes_on(&self) -> bool {
        self.turn.is_some()
    }

    /// What is passed by since others have locked it, in the text form of an array.
    pub fn locked(&self) -> &str {
        &self.locked
    }

    /// Stops the statement whose answer `rest` is, and waits for its end: what comes next on this
    /// connection is not stopped in its place.
    pub async fn give_up<T, E>(&self, mut rest: Pin<&mut impl Stream<Item = Result<T, E>>>) {
        self.stop.now().await;
        let end = async { while let Some(Ok(_)) = rest.next().await {} };
        let _ = timeout(STOP, end).await;
    }

    /// Ends the snapshot. Nothing runs any more.
    pub fn finish(self) {
        self.stop.disarm();
    }

    /// Leaves the snapshot open. Nothing runs any more.
    pub fn keep(mut self) {
        self.rollback.end = None;
        self.stop.disarm();
    }

    pub(super) fn done<T>(
        &self,
        result: Result<T, tokio_postgres::Error>,
    ) -> Result<T, ConnectorError> {
        result.map_err(|error| {
            self.stop.disarm_if_over(&error);
            self.about.work(&error, self.watch)
        })
    }
}

/// As the server takes a limit, in which 0 would be none.
fn milliseconds(limit: Duration) -> i32 {
    i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// Ends the transaction, whatever became of it.
struct Rollback<'a> {
    client: &'a Client,
    end: Option<&'static str>,
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if let Some(end) = self.end {
            // The first poll hands the statement over; nobody waits for its answer.
            let _ = self.client.batch_execute(end).now_or_never();
        }
    }
}

/// One row, read by position.
pub struct Row<'a> {
    row: &'a SimpleQueryRow,
    about: &'a About,
}

impl Row<'_> {
    /// A text that may be NULL.
    pub fn optional(&self, i: usize) -> Result<Option<&str>, ConnectorError> {
        self.row.try_get(i).map_err(|_| self.about.nonsense())
    }

    /// A text. A NULL where the catalog has none is what its functions answer of something that
    /// was dropped in the meantime.
    pub fn text(&self, i: usize) -> Result<&str, ConnectorError> {
        self.optional(i)?.ok_or_else(|| self.about.dropped())
    }

    /// A number.
    pub fn number<T: FromStr>(&self, i: usize) -> Result<T, ConnectorError> {
        self.text(i)?.parse().map_err(|_| self.about.nonsense())
    }

    /// Numbers, in the text form of an array or of a vector (`{1,2}`, `1 2`). None for a NULL.
    pub fn numbers<T: FromStr>(&self, i: usize) -> Result<Vec<T>, ConnectorError> {
        let text = self.optional(i)?.unwrap_or_default();
        let numbers = text.trim_matches(['{', '}']).split([',', ' ']);
        numbers
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().map_err(|_| self.about.nonsense()))
            .collect()
    }

    /// Texts, in the text form of an array. None for a NULL.
    pub fn texts(&self, i: usize) -> Result<Vec<String>, ConnectorError> {
        match self.optional(i)? {
            None => Ok(Vec::new()),
            Some(text) => elements(text).ok_or_else(|| self.about.nonsense()),
        }
    }

    /// A letter, as the catalog's own small enumerations are; a blank where it is none.
    pub fn letter(&self, i: usize) -> Result<char, ConnectorError> {
        Ok(self.text(i)?.chars().next().unwrap_or(' '))
    }

    /// A text of its own, that may be NULL.
    pub fn owned(&self, i: usize) -> Result<Option<String>, ConnectorError> {
        Ok(self.optional(i)?.map(str::to_owned))
    }

    /// A boolean.
    pub fn flag(&self, i: usize) -> Result<bool, ConnectorError> {
        Ok(self.text(i)? == "t")
    }
}
