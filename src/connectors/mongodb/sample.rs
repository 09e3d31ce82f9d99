//! Looks at some documents of a collection: the first, the last by `_id`, and random ones between.
//!
//! The first alone miss the fields that came later; random ones alone can be slow, since the
//! server scans and sorts where the sample is above 5% of the collection (manual: $sample).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

use mongodb::bson::{Document, RawDocument, doc};

use super::ask::Ask;
use super::elements::Elements;
use super::tree::Tree;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::schema::{Field, Sample, TableKind};

/// The most of one collection that is looked at.
const BYTES: usize = 16 << 20;

/// The part of it that the first and the last documents may each take, where there are others.
const END: usize = BYTES / 4;

/// This part of a sample, but no fewer than so many, are the first and the last documents each:
/// enough to see what came to be and what came late, and too few to tell much in the shares.
const ENDS: (u32, u32) = (50, 10);

/// Documents that come at once.
const BATCH: u32 = 200;

/// The method of a sample that is all documents.
pub const ALL: &str = "all";

/// How a collection is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// How many documents.
    pub size: u32,
    /// Whether values are listed where they are few.
    pub values: bool,
}

/// Takes a sample of a collection that holds about `rows`: its fields, and what was looked at.
pub async fn take(
    ask: Ask<'_>,
    kind: TableKind,
    look: Look,
    rows: Option<u64>,
) -> Result<(Vec<Field>, Sample), ConnectorError> {
    let mut taking = Taking {
        ask,
        unique: kind == TableKind::Collection,
        tree: Tree::new(look.values),
        bytes: 0,
        full: false,
        known: HashSet::new(),
    };
    let method = taking.take(kind, look.size, rows).await?;
    let documents = taking.tree.documents();
    let (fields, mut cut) = taking.tree.finish();
    if taking.full {
        let limit = BYTES >> 20;
        cut.push(format!(
            "The documents are large: {documents} of them were read, of {limit} MB at most."
        ));
    }
    let sample = Sample {
        documents,
        method: method.to_owned(),
        cut,
    };
    Ok((fields, sample))
}

/// A sample being taken.
struct Taking<'a> {
    ask: Ask<'a>,
    /// Whether an `_id` is that of one document alone.
    unique: bool,
    tree: Tree,
    bytes: usize,
    /// Whether there was no room for documents that came.
    full: bool,
    known: HashSet<u64>,
}

impl Taking<'_> {
    /// Answers how the documents were chosen; see [`Sample::method`].
    async fn take(
        &mut self,
        kind: TableKind,
        size: u32,
        rows: Option<u64>,
    ) -> Result<&'static str, ConnectorError> {
        if rows.is_some_and(|rows| rows <= u64::from(size)) {
            let all = self.read(self.first(size), size, BYTES).await?;
            return Ok(if all { ALL } else { "first" });
        }
        // No index leads to the last ones of views and time series.
        let (head, tail) = match kind {
            TableKind::Collection => {
                let head = (size / ENDS.0).max(ENDS.1).min(size.div_ceil(3));
                (head, head.min(size - head))
            }
            _ => (size.div_ceil(2), 0),
        };
        if self.read(self.first(head), head, END).await? {
            return Ok(ALL);
        }
        let ends = tail > 0 && self.read(self.last(tail), tail, 2 * END).await.is_ok();
        let between = size - head - tail;
        if between > 0
            && self
                .read(self.random(between), between, BYTES)
                .await
                .is_ok()
        {
            return Ok("random");
        }
        if !ends {
            self.read(self.first(size), size, BYTES).await?;
            return Ok("first");
        }
        let half = size.div_ceil(2);
        self.read(self.first(half), half, BYTES - END).await?;
        self.read(self.last(half), half, BYTES).await?;
        Ok("ends")
    }

    /// One more than is looked at, which tells whether that was all.
    fn first(&self, count: u32) -> Document {
        let command = doc! { "find": self.ask.collection, "limit": count + 1 };
        in_batches(command, count)
    }

    fn last(&self, count: u32) -> Document {
        let command = doc! { "find": self.ask.collection, "sort": { "_id": -1 }, "limit": count };
        in_batches(command, count)
    }

    fn random(&self, count: u32) -> Document {
        doc! {
            "aggregate": self.ask.collection,
            "pipeline": [{ "$sample": { "size": count } }],
            "cursor": { "batchSize": count.min(BATCH) },
        }
    }

    /// Reads up to `count` documents, as long as no more than `bytes` were read of all. Answers
    /// whether there were no others. Reads once more where the connection broke.
    async fn read(
        &mut self,
        command: Document,
        count: u32,
        bytes: usize,
    ) -> Result<bool, ConnectorError> {
        match self.read_once(command.clone(), count, bytes).await {
            Err(error) if error.kind == ErrorKind::ConnectionLost => {
                self.read_once(command, count, bytes).await
            }
            answer => answer,
        }
    }

    async fn read_once(
        &mut self,
        command: Document,
        count: u32,
        bytes: usize,
    ) -> Result<bool, ConnectorError> {
        let ask = self.ask;
        let mut fresh = Vec::new();
        let mut shown = 0;
        let show = |document: &RawDocument| {
            if shown == count {
                return ControlFlow::Break(());
            }
            if self.bytes >= bytes {
                self.full = true;
                return ControlFlow::Break(());
            }
            shown += 1;
            self.look(document, &mut fresh);
            ControlFlow::Continue(())
        };
        let read = ask.each(command, show).await;
        self.known.extend(fresh);
        read
    }

    /// Looks at a document that was not looked at before. Where an `_id` tells no document from
    /// the others, those that are the same in one answer are several.
    fn look(&mut self, document: &RawDocument, fresh: &mut Vec<u64>) {
        let document = document.as_bytes();
        let identity = identity(document, self.unique);
        let is_new = if self.unique {
            self.known.insert(identity)
        } else {
            !self.known.contains(&identity)
        };
        if !is_new {
            return;
        }
        if !self.unique {
            fresh.push(identity);
        }
        self.bytes += document.len();
        // What can be read of a malformed document counts; the rest is not there.
        let _ = self.tree.add(document);
    }
}

/// Batches that hold an answer whole, so that no cursor stays open for one document more.
fn in_batches(mut command: Document, count: u32) -> Document {
    command.insert("batchSize", BATCH.min(count + 2));
    command
}

/// What tells a document from the others: its `_id`, or all of it.
fn identity(document: &[u8], unique: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    let elements = Elements::of(document).into_iter().flatten();
    let id = elements
        .map_while(Result::ok)
        .find(|element| unique && element.name == b"_id");
    match id {
        Some(id) => (id.kind, id.value).hash(&mut hasher),
        None => document.hash(&mut hasher),
    }
    hasher.finish()
}
