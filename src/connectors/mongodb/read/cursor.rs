//! A cursor at the server, kept alive while its rows are waited with, and ended when it is dropped.

use std::time::Duration;

use futures_util::future::try_join;
use futures_util::stream::{BoxStream, StreamExt};
use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind as DriverKind};
use mongodb::raw_batch_cursor::{RawBatch, RawBatchCursor, SessionRawBatchCursor};

use super::super::link::Link;
use super::rows::{End, Rows};
use crate::connectors::Stage;

/// How often a session is told to go on. Servers end one, and its cursors, after 30 minutes in which
/// nothing was asked in it (manual: Server Sessions).
const REFRESH: Duration = Duration::from_mins(10);

/// A cursor.
pub struct Batches<'l> {
    link: &'l Link,
    database: &'l str,
    inner: Inner,
}

enum Inner {
    /// In a session of its own.
    Session(Box<(SessionRawBatchCursor, ClientSession)>),
    /// Of a server without sessions.
    Plain(Box<RawBatchCursor>),
}

impl<'l> Batches<'l> {
    /// Runs a command that answers with a cursor.
    pub async fn open(link: &'l Link, database: &'l str, command: Document) -> Result<Self, Error> {
        let mut session = link.session().await?;
        let inner = match link
            .batches_in(database, command.clone(), &mut session)
            .await
        {
            Ok(cursor) => Inner::Session(Box::new((cursor, session))),
            Err(error) if matches!(*error.kind, DriverKind::SessionsNotSupported) => {
                Inner::Plain(Box::new(link.batches(database, command).await?))
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            link,
            database,
            inner,
        })
    }

    /// Puts all of it into rows.
    pub async fn read(&mut self, rows: &mut Rows<'_>) -> Result<(), End> {
        let (link, database) = (self.link, self.database);
        match &mut self.inner {
            Inner::Session(open) => {
                let (cursor, session) = &mut **open;
                let refresh = doc! { "refreshSessions": [session.id()] };
                let answers = cursor.stream(session).boxed();
                tokio::select! {
                    read = drain(answers, rows, link, database) => read,
                    () = keep(link, refresh) => Ok(()),
                }
            }
            Inner::Plain(cursor) => drain(cursor.boxed(), rows, link, database).await,
        }
    }
}

/// Asks for the next answer while the last one is put into rows.
async fn drain(
    mut answers: BoxStream<'_, Result<RawBatch, Error>>,
    rows: &mut Rows<'_>,
    link: &Link,
    database: &str,
) -> Result<(), End> {
    let mut next = answers.next().await;
    while let Some(answer) = next {
        let failed = |error| link.explain(&error, Some(database), Stage::ReadCatalog);
        let answer = answer.map_err(|error| End::Failed(failed(error)))?;
        link.refill();
        let ahead = async { Ok(answers.next().await) };
        (next, ()) = try_join(ahead, rows.take(&answer)).await?;
    }
    Ok(())
}

/// Keeps a session alive, and never ends.
async fn keep(link: &Link, refresh: Document) {
    loop {
        tokio::time::sleep(REFRESH).await;
        // Where it fails, the next answer does too and says why.
        let _ = link.command("admin", refresh.clone()).await;
    }
}
