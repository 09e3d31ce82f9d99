//! Rows: of tables, and of statements of a caller's own.

mod decode;
mod select;
mod stream;
mod time;
mod under_way;
mod value;

use std::sync::Arc;
use std::time::Duration;

use mysql_async::{Column, Value};

use self::decode::Decoder;
use self::select::Select;
use self::stream::Ended;
use super::client::{Client, Kept};
use super::connect::Plan;
use super::query::{self, Refused};
use super::server::{Flavour, Server};
use super::wire::Failure;
use super::{catalog, kill, types};
use crate::connectors::error::{ConnectorError, ErrorKind};
use crate::connectors::read::{Chunk, Outlet, QueryRead, Snapshot, Statement, TableRead, channel};
use crate::rows::{Cell, RowColumn};
use crate::schema::TableKind;

/// A connection that reads rows.
pub struct Reading<'s> {
    pub client: &'s mut Client,
    pub plan: &'s Arc<Plan>,
    pub server: &'s Server,
}

/// What the columns of an answer are told to be.
enum Told {
    /// These.
    Known(Vec<RowColumn>),
    /// What the server says of them.
    Described,
    /// The same, which it says of no EXPLAIN before that is run.
    DescribedLate,
}

impl Reading<'_> {
    /// Goes into one state of the server's transactional tables. Tables of engines without
    /// transactions stay as they are at each moment.
    pub async fn begin(&mut self) -> Result<Snapshot, Failure> {
        let repeatable = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";
        self.client.execute(repeatable).await?;
        let before = under_way::ask(self.client).await?;
        let begin = "START TRANSACTION WITH CONSISTENT SNAPSHOT";
        match self.client.execute(&format!("{begin}, READ ONLY")).await {
            // A look-alike that knows no transactions that only read; what is run in it only reads
            // all the same.
            Err(Failure::Server(_)) => self.client.execute(begin).await?,
            done => done?,
        }
        Ok(Snapshot {
            // There is no way to go into the state of another session.
            shared: None,
            under_way: under_way::between(before, under_way::ask(self.client).await?),
        })
    }

    /// The largest value of a column.
    pub async fn largest(
        &mut self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, Refused> {
        let select = select::largest(read, column).map_err(Refused::Here)?;
        self.prepare(read.kind).await.map_err(Refused::There)?;
        let described = read.columns.iter().find(|c| c.name == column);
        let told = match described {
            Some(column) => Told::Known(vec![told(column)]),
            None => Told::Described,
        };
        // Room for its columns and its one row: it is not waited for.
        let (mut out, mut inlet) = channel(2, 1);
        self.select(select, told, u64::MAX, &mut out).await?;
        drop(out);
        while let Some(chunk) = inlet.next().await {
            if let Chunk::Rows(rows) = chunk {
                return Ok(rows.rows().next().and_then(|row| text(row.get(0)?)));
            }
        }
        Ok(None)
    }

    /// Reads the rows of a table.
    pub async fn table(&mut self, read: &TableRead, out: &mut Outlet) -> Result<(), Refused> {
        let select = select::rows(read).map_err(Refused::Here)?;
        self.prepare(read.kind).await.map_err(Refused::There)?;
        let told = Told::Known(read.columns.iter().map(told).collect());
        self.select(select, told, u64::MAX, out).await
    }

    /// Runs a caller's statement. What keeps it from doing more than reading:
    ///
    /// * its words ([`query::check_statement`]);
    /// * the protocol, which takes one statement at a time;
    /// * a transaction that only reads, which refuses to change tables of any engine, also where a
    ///   stored function would;
    /// * the server's own description: a statement that puts its rows elsewhere than into an answer
    ///   (INTO OUTFILE, DUMPFILE or a variable, which such a transaction lets through) has no
    ///   columns when it is prepared, and is not run. An EXPLAIN of a select has none either, and is
    ///   told by its words alone: it runs nothing.
    pub async fn query(&mut self, asked: &QueryRead, out: &mut Outlet) -> Result<(), Refused> {
        let Statement::Sql { text, params } = &asked.statement else {
            return Err(Refused::Here(ConnectorError::new(
                ErrorKind::InvalidQuery,
                "MySQL and MariaDB take SQL.",
                "Give the statement as `sql`.",
            )));
        };
        let mode = self
            .client
            .read("SELECT @@SESSION.sql_mode", 1, |row| row.text(0));
        let mode = mode.await.map_err(Refused::There)?;
        let mode = mode.first().map(String::as_str).unwrap_or_default();
        let sql = query::check_statement(text, mode).map_err(Refused::Here)?;
        let most = asked.limit.saturating_add(1);
        self.limit(asked.timeout, most)
            .await
            .map_err(Refused::There)?;
        let begun = self.client.execute("START TRANSACTION READ ONLY").await;
        begun.map_err(Refused::There)?;
        let select = Select {
            sql: sql.to_owned(),
            values: params.iter().map(parameter).collect(),
        };
        let told = if query::explains_a_select(sql, mode) {
            Told::DescribedLate
        } else {
            Told::Described
        };
        let read = self.select(select, told, most, out).await;
        let ended = self.client.execute("ROLLBACK").await;
        match (read, ended) {
            (Ok(()), Err(Failure::Server(refusal))) => {
                Err(Refused::There(Failure::Server(refusal)))
            }
            (read, _) => read,
        }
    }

    /// Makes the session ready for rows of tables: times in UTC, dates as they are, and no limits of
    /// time or number.
    async fn prepare(&mut self, kind: TableKind) -> Result<(), Failure> {
        self.limit(Duration::ZERO, u64::MAX).await?;
        if kind != TableKind::Query {
            // The caller's query is meant for the server's own mode; ours means the same in any, but
            // for dates that are none, which others would not compare.
            let mode = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'";
            catalog::refusal_is_fine(self.client.execute(mode).await)?;
        }
        Ok(())
    }

    /// Times in UTC; at most so many rows, and so long; none at all where that is zero.
    async fn limit(&mut self, time: Duration, rows: u64) -> Result<(), Failure> {
        self.client
            .execute("SET SESSION time_zone = '+00:00'")
            .await?;
        let time = match self.server.flavour {
            Flavour::MySql => format!("max_execution_time = {}", time.as_millis()),
            Flavour::MariaDb => format!("max_statement_time = {:.3}", time.as_secs_f64()),
        };
        let limits = format!(
            "SET SESSION {time}, SESSION sql_select_limit = {rows}, \
             SESSION net_write_timeout = {TAKER}"
        );
        catalog::refusal_is_fine(self.client.execute(&limits).await)
    }

    /// Runs a select and hands its rows on.
    async fn select(
        &mut self,
        select: Select,
        told: Told,
        most: u64,
        out: &mut Outlet,
    ) -> Result<(), Refused> {
        let kept = self
            .client
            .keep(&select.sql)
            .await
            .map_err(Refused::There)?;
        let Some(kept) = kept else {
            return Err(invalid("The query has parameters of two kinds."));
        };
        let late = matches!(told, Told::DescribedLate);
        if let Some(refused) = unfit(&kept, select.values.len(), late) {
            self.client.forget(kept).await.map_err(Refused::There)?;
            return Err(refused);
        }
        let stop = Box::pin(kill::stop(self.plan, self.client.thread()));
        let take = async |columns: Arc<[Column]>, tap| {
            let (columns, decoder) = match told {
                Told::Known(known) => {
                    let logical: Vec<_> = known.iter().map(|c| c.logical_type.clone()).collect();
                    (known, Decoder::new(&columns, &logical))
                }
                Told::Described | Told::DescribedLate => (
                    columns.iter().map(described).collect(),
                    Decoder::new(&columns, &[]),
                ),
            };
            let width = columns.len();
            // Where nobody listens, the rows tell.
            let _ = out.columns(columns).await;
            stream::hand_on(tap, &decoder, width, most, out, stop).await
        };
        let (done, ended) = self.client.run(&kept, select.values, take).await;
        let done = match ended {
            // Having been told to stop is no failure, and the server had time to.
            Some(Ended::Early) => return self.forgotten(kept).await,
            Some(Ended::Malformed) => Err(Failure::Malformed("a row")),
            Some(Ended::Whole) | None => done,
        };
        match done {
            Ok(()) => self.forgotten(kept).await,
            Err(Failure::Server(refusal)) => {
                self.forgotten(kept).await?;
                Err(Refused::There(Failure::Server(refusal)))
            }
            Err(failure) => Err(Refused::There(failure)),
        }
    }

    /// A connection that did not get to the end of its answer is of no more use, and forgets nothing.
    async fn forgotten(&mut self, kept: Kept) -> Result<(), Refused> {
        match self.client.forget(kept).await {
            Ok(()) | Err(Failure::Unfinished) => Ok(()),
            Err(failure) => Err(Refused::There(failure)),
        }
    }
}

/// How long the server waits for whoever takes its rows, in seconds.
const TAKER: u32 = 3600;

/// Goes back to what a session is that reads catalogs.
pub async fn end(client: &mut Client) -> Result<(), Failure> {
    let sql = "SET SESSION time_zone = DEFAULT, SESSION sql_mode = DEFAULT, \
               SESSION sql_select_limit = DEFAULT, SESSION net_write_timeout = DEFAULT";
    catalog::refusal_is_fine(client.execute(sql).await)
}

/// Why a statement cannot be run with so many values; `late` where its columns may be told later.
fn unfit(kept: &Kept, values: usize, late: bool) -> Option<Refused> {
    if kept.columns().is_empty() && !late {
        return Some(invalid("The query answers no rows."));
    }
    let wanted = kept.parameters();
    (wanted != values).then(|| {
        invalid(&format!(
            "The query has {wanted} parameters, and {values} values were given."
        ))
    })
}

fn invalid(message: &str) -> Refused {
    Refused::Here(ConnectorError::new(
        ErrorKind::InvalidQuery,
        message,
        "Give a statement that only reads, with a value for each ? of it.",
    ))
}

fn told(column: &crate::schema::Column) -> RowColumn {
    RowColumn {
        name: column.name.clone(),
        native_type: column.native_type.clone(),
        logical_type: column.logical_type.clone(),
    }
}

fn described(column: &Column) -> RowColumn {
    let (native_type, logical_type) = types::described(column);
    RowColumn {
        name: column.name_str().into_owned(),
        native_type,
        logical_type,
    }
}

fn parameter(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::NULL,
        Json::Bool(value) => Value::Int((*value).into()),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::Int(number),
            (_, Some(number), _) => Value::UInt(number),
            (.., Some(number)) => Value::Double(number),
            _ => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text.as_str()),
        other => Value::from(other.to_string()),
    }
}

/// A value as a condition takes it.
fn text(value: Cell<'_>) -> Option<String> {
    match value {
        Cell::Null => None,
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Real(number) => Some(format!("{number:?}")),
        Cell::Text(text) => Some(text.to_owned()),
        Cell::Blob(bytes) => Some(data_encoding::BASE64.encode(bytes)),
    }
}
