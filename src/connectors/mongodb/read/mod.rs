//! Reading the documents of a collection as rows.

mod cell;
pub mod cursor;
mod field;
mod filter;
mod largest;
pub mod layout;
pub mod newest;
pub mod rows;
mod select;
pub mod snapshot;
mod value;

use bson::{Document, RawDocumentBuf, Timestamp, doc};
use mongodb::error::{Error, ErrorKind as DriverKind};

use super::error;
use super::link::Link;
use crate::connectors::read::{Outlet, TableRead, not_offered};
use crate::connectors::{ConnectorError, ErrorKind, Stage};
use crate::schema::TableKind;
use cursor::Batches;
use rows::{End, Rows};

/// Where it is read, and in which state.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The server.
    pub link: &'a Link,
    /// The session's database, where it has one.
    pub database: Option<&'a str>,
    /// The state that is read; the present one, where there is none.
    pub time: Option<Timestamp>,
}

impl<'a> Reader<'a> {
    /// Reads a table into `out`.
    pub async fn table(self, read: &'a TableRead, out: &mut Outlet) -> Result<(), ConnectorError> {
        match self.rows(read, out).await {
            Ok(()) | Err(End::Closed) => Ok(()),
            Err(End::Failed(error)) => Err(error),
        }
    }

    async fn rows(self, read: &'a TableRead, out: &mut Outlet) -> Result<(), End> {
        let database = self.database_of(read).map_err(End::Failed)?;
        let command = select::command(read).map_err(End::Failed)?;
        let mut batches = self.open(database, &command).await.map_err(End::Failed)?;
        let mut rows = Rows::of_table(read, out).await?;
        if read.limit != Some(0) {
            batches.read(&mut rows).await?;
        }
        if rows.is_untouched() {
            self.exists(database, &read.table.name)
                .await
                .map_err(End::Failed)?;
        }
        rows.finish().await
    }

    /// The largest value of a column.
    pub async fn largest(
        self,
        read: &TableRead,
        column: &str,
    ) -> Result<Option<String>, ConnectorError> {
        let Some(first) = self.one(read, largest::first(read, column)?).await? else {
            return Ok(None);
        };
        if largest::is_told(read, column, first.as_bytes())? {
            return largest::of(read, column, first.as_bytes());
        }
        match self.one(read, largest::of_type(read, column)?).await? {
            Some(document) => largest::of(read, column, document.as_bytes()),
            None => Ok(None),
        }
    }

    /// The one document that a command answers.
    async fn one(
        self,
        read: &TableRead,
        command: Document,
    ) -> Result<Option<RawDocumentBuf>, ConnectorError> {
        let database = self.database_of(read)?;
        let answer = match self.time {
            Some(time) => match self.link.first(database, select::at(&command, time)).await {
                Err(error) if is_for_want_of_states(&error) => {
                    self.link.first(database, command).await
                }
                answer => answer,
            },
            None => self.link.first(database, command).await,
        };
        answer.map_err(|error| self.explain(&error, database))
    }

    /// Opens a cursor in the state that is to be read; where the server has none of this collection,
    /// such as of one that is capped, in its present one.
    async fn open(
        self,
        database: &'a str,
        command: &Document,
    ) -> Result<Batches<'a>, ConnectorError> {
        let opened = match self.time {
            Some(time) => {
                let of_then = select::at(command, time);
                match Batches::open(self.link, database, of_then).await {
                    Err(error) if is_for_want_of_states(&error) => {
                        Batches::open(self.link, database, command.clone()).await
                    }
                    opened => opened,
                }
            }
            None => Batches::open(self.link, database, command.clone()).await,
        };
        opened.map_err(|error| self.explain(&error, database))
    }

    fn database_of(self, read: &'a TableRead) -> Result<&'a str, ConnectorError> {
        if read.kind == TableKind::Query || read.query.is_some() {
            return Err(not_offered());
        }
        let database = read.table.schema.as_deref().or(self.database);
        database.ok_or_else(|| gone(&read.table.name))
    }

    /// Of a collection that is not there the server answers no documents, as of an empty one.
    async fn exists(self, database: &str, name: &str) -> Result<(), ConnectorError> {
        let list = doc! {
            "listCollections": 1, "filter": { "name": name }, "nameOnly": true,
            "authorizedCollections": true,
        };
        match self.link.first(database, list).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(gone(name)),
            // Whoever may not list may read: it is as empty as it seems.
            Err(error) if error::is_refusal(&error) => Ok(()),
            Err(error) => Err(self.explain(&error, database)),
        }
    }

    fn explain(self, error: &Error, database: &str) -> ConnectorError {
        let told = self.link.explain(error, Some(database), Stage::ReadCatalog);
        refused(told, error)
    }
}

/// What a server refuses in a filter that stands for a caller's conditions is the caller's to change.
fn refused(told: ConnectorError, error: &Error) -> ConnectorError {
    // BadValue, FailedToParse, TypeMismatch, and the regular expression's own
    let of_filter = matches!(error::code(error), Some((2 | 9 | 14 | 51_091, _)));
    if !of_filter || told.kind != ErrorKind::ServerError {
        return told;
    }
    ConnectorError {
        kind: ErrorKind::InvalidQuery,
        message: "The server does not take these conditions.".to_owned(),
        hint: "Look at what the server said, and change them.".to_owned(),
        ..told
    }
}

/// Whether a server refused the state and not the question. A state that is too old was there once, and
/// another one must not be taken for it.
fn is_for_want_of_states(error: &Error) -> bool {
    let of_server = matches!(*error.kind, DriverKind::Command(_));
    // SnapshotTooOld, MaxTimeMSExpired
    of_server && !error::is_refusal(error) && !matches!(error::code(error), Some((239 | 50, _)))
}

fn gone(name: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::InvalidQuery,
        format!("There is no collection '{name}' any more."),
        "Read the schema again.",
    )
    .because("table_not_found")
    .at(Stage::ReadCatalog)
}

#[cfg(test)]
pub mod tests {
    //! What the parts' own tests are made with.

    use crate::connectors::read::TableRead;
    use crate::schema::{Column, TableKind, TableRef};

    /// A reading of a collection with these columns.
    pub fn read_with(columns: &[(&str, &str)]) -> TableRead {
        let column = |(name, logical_type): &(&str, &str)| Column {
            name: (*name).to_owned(),
            logical_type: logical_type.parse().unwrap(),
            ..Column::default()
        };
        TableRead {
            table: TableRef {
                schema: Some("shop".to_owned()),
                name: "things".to_owned(),
            },
            kind: TableKind::Collection,
            query: None,
            columns: columns.iter().map(column).collect(),
            open_columns: true,
            conditions: Vec::new(),
            search: None,
            order: Vec::new(),
            offset: 0,
            limit: None,
        }
    }

    /// As [`read_with`], of columns of one type.
    pub fn read_of(columns: &[&str]) -> TableRead {
        let typed: Vec<_> = columns.iter().map(|name| (*name, "int32")).collect();
        read_with(&typed)
    }
}
