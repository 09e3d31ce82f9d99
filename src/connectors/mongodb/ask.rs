//! What is asked of one collection: bounded at the server and here, and asked once more where the
//! connection broke, for it may have been for what another question got.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use mongodb::bson::{Document, RawDocument, RawDocumentBuf};
use mongodb::error::Error;

use super::collection::Collection;
use super::link::Link;
use super::rows::{left, milliseconds};
use crate::connectors::{ConnectorError, ErrorKind, Stage, trace::out_of_time};

/// The longest that one answer may take at the server.
const ANSWER: Duration = Duration::from_secs(5);

/// What the network may add to it.
const GRACE: Duration = Duration::from_secs(2);

/// Bytes of documents that are looked at before others have their turn on the thread.
const TURN: usize = 512 << 10;

/// A collection that can be asked.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    link: &'a Link,
    database: &'a str,
    /// Its name.
    pub collection: &'a str,
    deadline: Instant,
}

impl<'a> Ask<'a> {
    /// Until the deadline.
    pub fn of(link: &'a Link, collection: &'a Collection, deadline: Instant) -> Self {
        Self {
            link,
            database: &collection.database,
            collection: &collection.name,
            deadline,
        }
    }

    /// The documents of a command's cursor, `most` at most.
    pub async fn all(
        &self,
        command: Document,
        most: usize,
    ) -> Result<Vec<RawDocumentBuf>, ConnectorError> {
        match self.all_once(command.clone(), most).await {
            Err(error) if error.kind == ErrorKind::ConnectionLost => {
                self.all_once(command, most).await
            }
            answer => answer,
        }
    }

    async fn all_once(
        &self,
        command: Document,
        most: usize,
    ) -> Result<Vec<RawDocumentBuf>, ConnectorError> {
        let mut documents = Vec::new();
        let take = |document: &RawDocument| {
            if documents.len() == most {
                return ControlFlow::Break(());
            }
            documents.push(document.to_owned());
            ControlFlow::Continue(())
        };
        self.each(command, take).await?;
        Ok(documents)
    }

    /// Shows the documents of a command's cursor one after the other, once. Answers whether all
    /// were shown.
    pub async fn each(
        &self,
        mut command: Document,
        show: impl FnMut(&RawDocument) -> ControlFlow<()>,
    ) -> Result<bool, ConnectorError> {
        let out_of_time = || out_of_time(Stage::ReadCatalog, ANSWER);
        let time = left(self.deadline).ok_or_else(out_of_time)?.min(ANSWER);
        command.insert("maxTimeMS", milliseconds(time));
        match tokio::time::timeout(time + GRACE, self.consume(command, show)).await {
            Ok(Ok(all)) => Ok(all),
            Ok(Err(error)) => {
                let database = Some(self.database);
                Err(self.link.explain(&error, database, Stage::ReadCatalog))
            }
            Err(_) => Err(out_of_time()),
        }
    }

    async fn consume(
        &self,
        command: Document,
        mut show: impl FnMut(&RawDocument) -> ControlFlow<()>,
    ) -> Result<bool, Error> {
        let mut cursor = self.link.cursor(self.database, command).await?;
        let mut bytes = 0;
        while cursor.advance().await? {
            let document = cursor.current();
            if show(document).is_break() {
                return Ok(false);
            }
            bytes += document.as_bytes().len();
            if bytes > TURN {
                bytes = 0;
                tokio::task::yield_now().await;
            }
        }
        Ok(true)
    }
}
