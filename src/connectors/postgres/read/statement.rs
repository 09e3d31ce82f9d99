//! A caller's own statement.
//!
//! That it only reads is the server's to enforce: it runs alone, by the extended protocol, in a
//! read-only transaction that is rolled back, and unless it is a SHOW or an EXPLAIN it must be what
//! a cursor can be declared for, which no COPY, CALL, SET or COMMIT is. What functions do beside the
//! database (files, signals, other connections) no transaction takes back: there the rights of the
//! login rule, and PostgreSQL's own functions of that kind want more than an ordinary one has. Where
//! a login has more, a second fence refuses those by their names ([`calls`]).

use std::fmt::Write as _;
use std::pin::pin;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::super::calls;
use super::super::login::Connected;
use super::super::query::{DECLARE, FETCH_NONE, ask_types, bare, native_types};
use super::super::reader::{Reader, SearchPath};
use super::super::types::Types;
use super::condition::Known;
use super::decode::{self, Decode};
use super::form::Form;
use super::parameter::{Parameter, Raw, parameters};
use super::refusal::without_nul;
use super::words::tells_of_the_server;
use crate::connectors::read::{Closed, Statement};
use crate::connectors::{ConnectorError, ErrorKind, Outlet, QueryRead};
use crate::rows::{RowBatch, RowColumn};
use crate::schema::DataType;

/// How much later than the server the time is up here.
const GRACE: Duration = Duration::from_secs(2);

/// A parameter as the driver takes it.
type Bound<'a> = (&'a (dyn ToSql + Sync), Type);

fn bound((parameter, open): &(Parameter, Type)) -> Bound<'_> {
    (parameter, open.clone())
}

/// Runs a statement and reads what it answers into `out`: at most one row more than the limit.
pub async fn run(
    connected: &Connected,
    path: SearchPath<'_>,
    query: &QueryRead,
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let Statement::Sql { text, params } = &query.statement else {
        return Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "PostgreSQL is asked in SQL.",
            "Write one SELECT, VALUES, TABLE, WITH … SELECT, SHOW or EXPLAIN.",
        ));
    };
    without_nul(text)?;
    calls::check(text)?;
    let params = parameters(params);
    let work = async {
        // Dropped behind the reader, and so after its rollback.
        let _unlock = Unlock::of(connected);
        let reader = connected.read_rows(path, Some(query.timeout)).await?;
        let question = Question {
            reader: &reader,
            text: bare(text),
            params: params.iter().map(bound).collect(),
            limit: query.limit.saturating_add(1),
        };
        if tells_of_the_server(text) {
            question.direct(out).await?;
        } else {
            question.select(out).await?;
        }
        reader.finish();
        Ok(())
    };
    let limit = query.timeout.saturating_add(GRACE);
    let done = timeout(limit, Box::pin(work)).await;
    done.unwrap_or_else(|_| {
        Err(ConnectorError::new(
            ErrorKind::Timeout,
            format!("The statement took longer than {:?}.", query.timeout),
            "Ask for less, or allow it more time.",
        ))
    })
}

struct Question<'a> {
    reader: &'a Reader<'a>,
    text: &'a str,
    params: Vec<Bound<'a>>,
    limit: u64,
}

impl Question<'_> {
    /// A select: what is not read as it is comes as text or JSON.
    async fn select(&self, out: &mut Outlet) -> Result<(), ConnectorError> {
        let (reader, client) = (self.reader, self.reader.client);
        let declare = format!("{DECLARE}{}", self.text);
        let declared = client.execute_typed(&declare, &self.params).await;
        declared.map_err(|error| self.refused(&error, DECLARE))?;
        let names = reader.names(FETCH_NONE).await;
        let names = names.map_err(|error| self.refused(&error, DECLARE))?;
        let (forms, columns) = self.described(names).await?;
        if out.columns(columns).await.is_err() || forms.is_empty() {
            return Ok(());
        }
        let (mut values, mut places) = (String::new(), String::new());
        let mut decodes = Vec::with_capacity(forms.len());
        for (i, form) in forms.into_iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let expression = format!("query.c{i}");
            decodes.push(form.decode);
            let known = Known { expression, form };
            let _ = write!(values, "{comma}{}", known.value());
            let _ = write!(places, "{comma}c{i}");
        }
        let before = format!("SELECT {values} FROM (");
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let sql = format!("{before}{}\n) AS query ({places}) LIMIT {limit}", self.text);
        let rows = client.query_typed_raw(&sql, self.params.clone()).await;
        let mut rows = pin!(rows.map_err(|error| self.refused(&error, &before))?);
        let mut taken = Taken::new(self, &decodes, out);
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| self.refused(&error, &before))?;
            if let Err(Closed) = taken.take(&row, out).await? {
                self.reader.give_up(rows).await;
                return Ok(());
            }
        }
        taken.finish(out).await;
        Ok(())
    }

    /// A SHOW or an EXPLAIN, which stand in no other statement and answer text.
    async fn direct(&self, out: &mut Outlet) -> Result<(), ConnectorError> {
        let rows = self.reader.client;
        let rows = rows.query_typed_raw(self.text, self.params.clone()).await;
        let mut rows = pin!(rows.map_err(|error| self.refused(&error, ""))?);
        let mut taken: Option<Taken<'_>> = None;
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| self.refused(&error, ""))?;
            let taken = match &mut taken {
                Some(taken) => taken,
                none => {
                    let columns: Vec<_> = row.columns().iter().map(told).collect();
                    let decodes = vec![Decode::Text; columns.len()];
                    if out.columns(columns).await.is_err() {
                        self.reader.give_up(rows).await;
                        return Ok(());
                    }
                    none.insert(Taken::new(self, &decodes, out))
                }
            };
            if let Err(Closed) = taken.take(&row, out).await? {
                self.reader.give_up(rows).await;
                return Ok(());
            }
        }
        if let Some(taken) = taken {
            taken.finish(out).await;
        }
        Ok(())
    }

    async fn described(
        &self,
        names: Vec<String>,
    ) -> Result<(Vec<Form>, Vec<RowColumn>), ConnectorError> {
        if names.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let sql = ask_types(self.text, names.len());
        let rows = self.reader.client.query_typed(&sql, &self.params).await;
        let before = sql.find(self.text).map_or("", |at| &sql[..at]);
        let rows = rows.map_err(|error| self.refused(&error, before))?;
        let oid = |row: &Row| {
            let oid: Option<i64> = row.try_get(0).ok();
            let oid = oid.and_then(|oid| u32::try_from(oid).ok());
            oid.ok_or_else(|| self.reader.about.nonsense())
        };
        let oids = rows.iter().map(oid).collect::<Result<Vec<_>, _>>()?;
        let types = Types::of(self.reader, &oids).await?;
        // Asking for the full names of types changes where names are looked up.
        let aside = "SAVEPOINT headwater_names";
        self.reader.each(aside, |_| Ok(())).await?;
        let natives = native_types(self.reader, &oids).await?;
        let back = "ROLLBACK TO SAVEPOINT headwater_names";
        self.reader.each(back, |_| Ok(())).await?;
        let columns = names.into_iter().zip(natives).zip(&oids);
        let column = |((name, native_type), oid): ((_, String), &u32)| RowColumn {
            name,
            logical_type: types.logical(*oid, -1, &native_type),
            native_type,
        };
        let forms = oids.iter().map(|oid| Form::of(*oid, &types)).collect();
        Ok((forms, columns.map(column).collect()))
    }

    /// The meaning of a refusal; `before` is what stood before the caller's own words.
    fn refused(&self, error: &tokio_postgres::Error, before: &str) -> ConnectorError {
        let meant = self.reader.query_failed(error);
        if meant.kind != ErrorKind::InvalidQuery {
            return meant;
        }
        let position = error.as_db_error().and_then(|said| said.position());
        let position = match position {
            Some(ErrorPosition::Original(at)) => {
                let before = u32::try_from(before.chars().count()).unwrap_or(u32::MAX);
                at.checked_sub(before).filter(|at| *at > 0)
            }
            _ => None,
        };
        let place = position.map(|at| format!(", at character {at}"));
        ConnectorError {
            message: format!(
                "The server does not run this statement{}.",
                place.unwrap_or_default()
            ),
            hint: "Write one SELECT, VALUES, TABLE, WITH … SELECT, SHOW or EXPLAIN that only \
                   reads; server_message says what the server objects to."
                .to_owned(),
            ..meant
        }
        .at_character(position)
    }
}

/// Rows on their way into the outlet.
struct Taken<'a> {
    question: &'a Question<'a>,
    decodes: Vec<Decode>,
    batch: RowBatch,
    left: u64,
}

impl<'a> Taken<'a> {
    fn new(question: &'a Question<'a>, decodes: &[Decode], out: &mut Outlet) -> Self {
        Self {
            question,
            decodes: decodes.to_vec(),
            batch: out.batch(decodes.len()),
            left: question.limit,
        }
    }

    /// Takes a row, unless there are enough.
    async fn take(
        &mut self,
        row: &Row,
        out: &mut Outlet,
    ) -> Result<Result<(), Closed>, ConnectorError> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(Ok(()));
        };
        self.left = left;
        let nonsense = || self.question.reader.about.nonsense();
        for (i, decode) in self.decodes.iter().enumerate() {
            match row.try_get(i).map_err(|_| nonsense())? {
                None => self.batch.null(),
                Some(Raw(bytes)) => {
                    let read = decode::value(*decode, bytes, &mut self.batch);
                    read.map_err(|_| nonsense())?;
                }
            }
        }
        if self.batch.is_full() {
            return Ok(out.send(&mut self.batch).await);
        }
        Ok(Ok(()))
    }

    async fn finish(mut self, out: &mut Outlet) {
        // Nothing is left to do where nobody takes these.
        let _ = out.send(&mut self.batch).await;
    }
}

/// A column of what answers text.
fn told(column: &tokio_postgres::Column) -> RowColumn {
    let logical_type = match *column.type_() {
        Type::JSON => DataType::Json,
        _ => DataType::String,
    };
    RowColumn {
        name: column.name().to_owned(),
        native_type: column.type_().name().to_owned(),
        logical_type,
    }
}

/// Gives up the locks that outlast a transaction, so that a pooler's next client finds none.
struct Unlock<'a>(Option<&'a Client>);

impl<'a> Unlock<'a> {
    /// In a snapshot of the session's own the locks end with the session.
    fn of(connected: &'a Connected) -> Self {
        let lasting = connected.is_in_snapshot();
        Self((!lasting).then_some(&connected.client))
    }
}

impl Drop for Unlock<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.0 {
            // The first poll hands the statement over; nobody waits for its answer.
            let unlock = "SELECT pg_catalog.pg_advisory_unlock_all()";
            let _ = client.batch_execute(unlock).now_or_never();
        }
    }
}
