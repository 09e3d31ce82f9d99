//! Looks at some documents of a collection: the first, the last by `_id`, and random ones between.
//!
//! The first alone miss the fields that came later; random ones alone can be slow, since the
//! server scans and sorts where the sample is above 5% of the collection (manual: $sample).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::error::Error;

use super::catalog::Collection;
use super::elements::Elements;
use super::link::Link;
use super::rows::{left, milliseconds};
use super::shape::Shape;
use crate::connectors::{ConnectorError, ErrorKind, Stage, trace::out_of_time};
use crate::schema::TableKind;

/// The longest that one read of a sample may take at the server.
const READ: Duration = Duration::from_secs(5);

/// What the network may add to it.
const GRACE: Duration = Duration::from_secs(2);

/// The most of one collection that is looked at.
const BYTES: usize = 16 << 20;

/// Documents that come at once.
const BATCH: u32 = 200;

/// A sample being taken.
pub struct Sample<'a> {
    link: &'a Link,
    collection: &'a Collection,
    deadline: Instant,
    shape: Shape,
    bytes: usize,
    known: HashSet<u64>,
}

impl<'a> Sample<'a> {
    /// A sample with nothing in it.
    pub fn new(link: &'a Link, collection: &'a Collection, deadline: Instant) -> Self {
        Self {
            link,
            collection,
            deadline,
            shape: Shape::default(),
            bytes: 0,
            known: HashSet::new(),
        }
    }

    /// Takes up to `size` documents of a collection that holds about `rows`.
    pub async fn take(mut self, size: u32, rows: Option<u64>) -> Result<Shape, ConnectorError> {
        let whole = rows.is_some_and(|rows| rows <= u64::from(size));
        match self.collection.kind {
            TableKind::Collection if !whole => {
                let end = (size / 10).max(1);
                self.read(self.first(end)).await?;
                let last = self.read(self.last(end)).await;
                let random = self.read(self.random(size - size.min(2 * end))).await;
                if last.is_err() || random.is_err() {
                    self.read(self.first(size)).await?;
                }
            }
            // No index leads to the last ones by `_id`.
            TableKind::TimeSeries => {
                self.read(self.first(size.div_ceil(2))).await?;
                if self.read(self.random(size / 2)).await.is_err() {
                    self.read(self.first(size)).await?;
                }
            }
            _ => self.read(self.first(size)).await?,
        }
        Ok(self.shape)
    }

    fn first(&self, count: u32) -> Document {
        let batch = count.min(BATCH);
        doc! { "find": &self.collection.name, "limit": count, "batchSize": batch }
    }

    fn last(&self, count: u32) -> Document {
        let mut command = self.first(count);
        command.insert("sort", doc! { "_id": -1 });
        command
    }

    fn random(&self, count: u32) -> Document {
        doc! {
            "aggregate": &self.collection.name,
            "pipeline": [{ "$sample": { "size": count.max(1) } }],
            "cursor": { "batchSize": count.min(BATCH) },
        }
    }

    /// Reads once more where the connection broke: it may have been for what another read got.
    async fn read(&mut self, command: Document) -> Result<(), ConnectorError> {
        match self.read_once(command.clone()).await {
            Err(error) if error.kind == ErrorKind::ConnectionLost => self.read_once(command).await,
            answer => answer,
        }
    }

    async fn read_once(&mut self, mut command: Document) -> Result<(), ConnectorError> {
        let out_of_time = || out_of_time(Stage::ReadCatalog, READ);
        let time = left(self.deadline).ok_or_else(out_of_time)?.min(READ);
        command.insert("maxTimeMS", milliseconds(time));
        let link = self.link;
        let database = &self.collection.database;
        match tokio::time::timeout(time + GRACE, self.consume(command)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(link.explain(&error, Some(database), Stage::ReadCatalog)),
            Err(_) => Err(out_of_time()),
        }
    }

    async fn consume(&mut self, command: Document) -> Result<(), Error> {
        let mut cursor = self.link.cursor(&self.collection.database, command).await?;
        while self.bytes < BYTES && cursor.advance().await? {
            let document = cursor.current().as_bytes();
            self.bytes += document.len();
            if self.known.insert(identity(document)) {
                // What can be read of a malformed document counts; the rest is not there.
                let _ = self.shape.add(document);
            }
        }
        Ok(())
    }
}

/// What tells a document from the others: its `_id`, or all of it where a view has left that out.
fn identity(document: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let id = Elements::of(document)
        .into_iter()
        .flatten()
        .map_while(Result::ok)
        .find(|element| element.name == b"_id");
    match id {
        Some(id) => (id.kind, id.value).hash(&mut hasher),
        None => document.hash(&mut hasher),
    }
    hasher.finish()
}
