//! Reading a source's schema, and keeping what it told.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use crate::connectors::input::ConnectionInput;
use crate::connectors::{ServerInfo, Session, Settings, Target, Trace};
use crate::model::SourceId;
use crate::model::source::SourceTable;
use crate::schema::search::parts;
use crate::schema::{Schema, Table, TableRef, diff, infer, keep_earlier, keep_texts};
use crate::store::captures::{self, CaptureDraft, Encoding};
use crate::store::sources::{self, SourceRecord};
use crate::store::tables::{self, Hidden, KnownTable, TableDraft};
use crate::store::versions::{self, VersionDraft};
use crate::store::{StoreError, Transaction};

use super::contact::Prepared;
use super::document::{self, DocumentHead, SchemaDocument};
use super::flights::{Phase, Progress};
use super::gzip::{unzipped, zipped};
use super::schema::Render;
use super::{Place, SourceError, Sources, reach, search};

/// How often a source is read that is connected anew each time while it is being read.
const TRIES: usize = 3;

/// A document that was read and kept just now.
pub(super) struct Reading {
    /// The document.
    pub document: SchemaDocument,
    /// The whole answer.
    pub body: Vec<u8>,
    /// The same, compressed by gzip.
    pub zipped: Vec<u8>,
}

/// A source that was reached.
pub(super) struct Contact {
    /// The way to it.
    pub target: Target,
    /// The session, still open.
    pub session: Box<dyn Session>,
}

impl Sources {
    /// Reads the schema of a database without keeping anything.
    pub async fn infer(
        &self,
        place: &Place,
        input: ConnectionInput,
    ) -> Result<(SchemaDocument, Vec<String>), SourceError> {
        let _attempt = self.attempts.begin(&place.user)?;
        let (name, trace) = (input.name.clone(), Trace::default());
        let preparing = self.prepare(place, name.as_deref(), input, &trace);
        let Prepared { target, warnings } = preparing.await?;
        let (session, schema) =
            reach::introspect(&self.context, &target, &Progress::default()).await?;
        let server = session.server().clone();
        session.close().await;
        Ok((unkept(schema, server).await?, warnings))
    }

    /// Reads a source, keeps what it told, and answers that: a connect may let go of it at once.
    pub(super) async fn capture(
        &self,
        place: &Place,
        record: SourceRecord,
        progress: &Progress,
        render: Render,
    ) -> Result<Reading, SourceError> {
        let (reading, contact) = self
            .capture_and_stay(place, record, progress, render)
            .await?;
        contact.session.close().await;
        Ok(reading)
    }

    /// The same, for whoever goes on with the session.
    pub(super) async fn capture_and_stay(
        &self,
        place: &Place,
        mut record: SourceRecord,
        progress: &Progress,
        render: Render,
    ) -> Result<(Reading, Contact), SourceError> {
        let _attempt = self.attempts.begin(&place.user)?;
        let id = record.source.id.clone();
        for _ in 0..TRIES {
            let target = self.target_of(place, &record).await?;
            let read = reach::introspect(&self.context, &target, progress).await;
            let told = read.as_ref().map(|(session, _)| session.server());
            self.note_contact(place, &id, told).await?;
            let (session, mut schema) = read?;
            let server = session.server().clone();
            progress.reached(Phase::Keep);
            // Before the transaction, which keeps all other writers waiting.
            let schema = apart(move || {
                infer::infer(&mut schema);
                Ok(schema)
            });
            let schema = schema.await?;
            let (of, read_by) = (place.clone(), record);
            let kept = self.store.write(move |tx| {
                let found = sources::get(tx, &of.owner, &of.workspace, &read_by.source.id)?;
                let now = found.ok_or(SourceError::NotFound("source"))?;
                // Connected anew in the middle: what was read may be of another database.
                if now.settings == read_by.settings {
                    keep_reading(tx, &of, &now, schema, &server, render).map(Ok)
                } else {
                    Ok::<_, SourceError>(Err(now))
                }
            });
            match kept.await? {
                Ok(reading) => return Ok((reading, Contact { target, session })),
                Err(now) => {
                    session.close().await;
                    record = now;
                }
            }
        }
        Err(SourceError::Unsettled)
    }
}

/// Keeps what a source told: its tables, the document to be answered, and a version where it
/// differs from the last one. All of it in the caller's transaction.
fn keep_reading(
    tx: &Transaction<'_>,
    place: &Place,
    record: &SourceRecord,
    mut schema: Schema,
    server: &ServerInfo,
    render: Render,
) -> Result<Reading, SourceError> {
    let Place {
        owner, workspace, ..
    } = place;
    let id = &record.source.id;
    let known = tables::known(tx, owner, workspace, id)?;
    if let Some(before) = before(tx, place, id, &schema, &known)? {
        let renames = renames(&before, &schema);
        tables::rename(tx, owner, workspace, id, &renames)?;
        // Connected again, the source may want less than before.
        let Settings { selection, .. } = serde_json::from_str(&record.settings)?;
        keep_earlier(&mut schema, &before, &renames, |table, field| {
            selection.has_column(table.schema.as_deref(), &table.name, field)
        });
        keep_texts(&mut schema, &before);
        infer::infer(&mut schema);
    }
    let counted = tables::list(tx, owner, workspace, id)?;
    let drafts = table_drafts(&schema, counted);
    tables::replace(tx, owner, workspace, id, &drafts, Hidden::Keep)?;
    let known = tables::known(tx, owner, workspace, id)?;
    let mut document = assemble(schema, server, Some(record))?;
    document::address(&mut document.schema, &known);

    // A version holds the deleted tables too: a rename of one is found by it, and they are shown
    // again once their source is connected again.
    let last = versions::latest(tx, owner, workspace, id)?;
    let news = last
        .as_ref()
        .is_none_or(|last| last.fingerprint != document.head.fingerprint);
    let number = last.map_or(0, |last| last.number) + u32::from(news);
    document.head.version = Some(number);
    if !news {
        versions::confirm(tx, owner, workspace, id, document.head.captured_at)?;
    }
    if !known.iter().any(|table| table.hidden) {
        let reading = keep(tx, place, id, document, render)?;
        if news {
            keep_version(tx, place, id, &reading.document, &reading.zipped)?;
        }
        return Ok(reading);
    }
    if news {
        keep_version(tx, place, id, &document, &zipped(&render(&document)?))?;
    }
    document::leave_out_hidden(&mut document.schema, &known);
    document.head.fingerprint = document::fingerprint(&document.schema)?;
    keep(tx, place, id, document, render)
}

/// What the last version told, where that can be of use: some names went and others came, so that
/// tables may have been renamed; or documents were sampled, of which one sample may lack what another had; or
/// tables were read by half.
fn before(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    now: &Schema,
    known: &[KnownTable],
) -> Result<Option<Schema>, SourceError> {
    let names = now.tables.iter().map(name).collect::<HashSet<_>>();
    let were = known
        .iter()
        .map(|table| table.name.clone())
        .collect::<HashSet<_>>();
    let renamed = !were.is_subset(&names) && !names.is_subset(&were);
    let lacking = |table: &Table| table.sample.is_some() || table.half_read;
    if !renamed && !now.tables.iter().any(lacking) {
        return Ok(None);
    }
    let Place {
        owner, workspace, ..
    } = place;
    let Some(last) = versions::latest(tx, owner, workspace, id)? else {
        return Ok(None);
    };
    let document = versions::document(tx, owner, workspace, id, last.number)?;
    let document = document.map(|zipped| read_version(&zipped)).transpose()?;
    Ok(document.map(|document| document.schema))
}

/// Reads the document of a version back.
pub(super) fn read_version(zipped: &[u8]) -> Result<SchemaDocument, SourceError> {
    let answer = unzipped(zipped).map_err(serde_json::Error::io)?;
    Ok(SchemaDocument::from_answer(&answer)?)
}

fn renames(before: &Schema, now: &Schema) -> Vec<(TableRef, TableRef)> {
    let renames = diff::renames(before, now).into_iter();
    renames.map(|(old, new)| (name(old), name(new))).collect()
}

fn name(table: &Table) -> TableRef {
    TableRef {
        schema: table.schema.clone(),
        name: table.name.clone(),
    }
}

/// The document of a schema of which nothing is kept.
pub(super) async fn unkept(
    mut schema: Schema,
    server: ServerInfo,
) -> Result<SchemaDocument, SourceError> {
    apart(move || {
        infer::infer(&mut schema);
        Ok(assemble(schema, &server, None)?)
    })
    .await
}

/// Works on a schema away from the async threads: with thousands of tables it takes a while.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    let done = spawn_blocking(work).await;
    done.map_err(|_| StoreError::Stopped)?
}

fn assemble(
    schema: Schema,
    server: &ServerInfo,
    record: Option<&SourceRecord>,
) -> Result<SchemaDocument, serde_json::Error> {
    Ok(SchemaDocument {
        head: DocumentHead {
            source_id: record.map(|record| record.source.id.clone()),
            name: record.map(|record| record.source.name.clone()),
            engine: server.engine.to_owned(),
            server_product: server.product.clone(),
            server_version: server.version.clone(),
            captured_at: crate::store::now(),
            fingerprint: document::fingerprint(&schema)?,
            version: None,
            stale: false,
            stale_reason: None,
        },
        schema,
    })
}

/// A document as it is kept: what takes time to make of it is made.
#[derive(Debug)]
pub struct Finished {
    /// Tells one content from another.
    pub fingerprint: String,
    /// When its source was read.
    pub captured_at: Timestamp,
    /// The whole answer.
    pub body: Vec<u8>,
    /// The same, compressed by gzip.
    pub zipped: Vec<u8>,
    /// What searches go through.
    pub parts: Vec<Vec<u8>>,
}

impl Finished {
    pub(super) fn new(document: &SchemaDocument, render: Render) -> Result<Self, SourceError> {
        let body = render(document)?;
        Ok(Self {
            fingerprint: document.head.fingerprint.clone(),
            captured_at: document.head.captured_at,
            zipped: zipped(&body),
            parts: parts(&document.schema),
            body,
        })
    }

    /// Keeps it as what is answered from now on.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn keep(
        &self,
        tx: &Transaction<'_>,
        place: &Place,
        id: &SourceId,
    ) -> Result<(), StoreError> {
        let draft = CaptureDraft {
            document: &self.body,
            document_gzip: &self.zipped,
            fingerprint: &self.fingerprint,
            captured_at: self.captured_at,
        };
        captures::put(tx, &place.owner, &place.workspace, id, &draft)?;
        search::put(tx, place, id, &self.fingerprint, &self.parts)
    }
}

/// Keeps a document as it is answered from now on.
fn keep(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    document: SchemaDocument,
    render: Render,
) -> Result<Reading, SourceError> {
    let finished = Finished::new(&document, render)?;
    finished.keep(tx, place, id)?;
    Ok(Reading {
        document,
        body: finished.body,
        zipped: finished.zipped,
    })
}

fn keep_version(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    document: &SchemaDocument,
    zipped: &[u8],
) -> Result<(), SourceError> {
    let draft = draft(document, zipped);
    versions::add(tx, &place.owner, &place.workspace, id, &draft)?;
    Ok(())
}

/// A document as a version.
pub(super) fn draft<'a>(document: &'a SchemaDocument, zipped: &'a [u8]) -> VersionDraft<'a> {
    let SchemaDocument { head, schema } = document;
    let columns = schema.tables.iter().map(|table| table.columns.len() as u64);
    VersionDraft {
        number: head.version.unwrap_or(1),
        fingerprint: &head.fingerprint,
        captured_at: head.captured_at,
        table_count: schema.tables.len() as u64,
        column_count: columns.sum(),
        server_product: &head.server_product,
        server_version: &head.server_version,
        document_gzip: zipped,
    }
}

/// Writes a kept document anew without the tables that were deleted of its source. No version
/// comes of it: the source is as it was.
pub(super) fn leave_out_hidden(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    render: Render,
) -> Result<(), SourceError> {
    let Place {
        owner, workspace, ..
    } = place;
    let Some(mut document) = kept(tx, place, id)? else {
        return Ok(());
    };
    let known = tables::known(tx, owner, workspace, id)?;
    document::leave_out_hidden(&mut document.schema, &known);
    document.head.fingerprint = document::fingerprint(&document.schema)?;
    keep(tx, place, id, document, render)?;
    Ok(())
}

/// Writes a kept document anew under the name that its source has from now on.
pub(super) fn rename(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    name: &str,
    render: Render,
) -> Result<(), SourceError> {
    if let Some(mut document) = kept(tx, place, id)? {
        document.head.name = Some(name.to_owned());
        keep(tx, place, id, document, render)?;
    }
    Ok(())
}

/// The document that is kept of a source.
fn kept(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
) -> Result<Option<SchemaDocument>, SourceError> {
    let capture = captures::get(tx, &place.owner, &place.workspace, id, Encoding::Plain)?;
    let document = capture.map(|kept| SchemaDocument::from_answer(&kept.body));
    Ok(document.transpose()?)
}

/// The tables to be kept: those read, with the exact counts that were made before, and those known
/// that are there and could not be read, lest they come back as others, without their copies.
fn table_drafts(schema: &Schema, counted: Vec<SourceTable>) -> Vec<TableDraft> {
    let unreadable = |table: &&SourceTable| {
        let read = |known: &Table| known.schema == table.schema && known.name == table.name;
        why_unreadable(schema, table).is_some() && !schema.tables.iter().any(read)
    };
    let unread: Vec<_> = counted.iter().filter(unreadable).cloned().collect();
    let mut counts: HashMap<_, _> = counted
        .into_iter()
        .map(|table| ((table.schema, table.name), table.row_count))
        .collect();
    let draft = |table: &Table| TableDraft {
        schema: table.schema.clone(),
        name: table.name.clone(),
        kind: table.kind.as_str().to_owned(),
        row_count: counts
            .remove(&(table.schema.clone(), table.name.clone()))
            .flatten(),
        row_count_estimate: table.row_count_estimate,
    };
    let mut drafts: Vec<_> = schema.tables.iter().map(draft).collect();
    drafts.extend(unread.into_iter().map(|table| TableDraft {
        schema: table.schema,
        name: table.name,
        kind: table.kind,
        row_count: table.row_count,
        row_count_estimate: table.row_count_estimate,
    }));
    drafts
}

/// Why a table could not be read, where it was there: it is named, or all that it stands in is.
pub(super) fn why_unreadable<'a>(schema: &'a Schema, table: &SourceTable) -> Option<&'a str> {
    let full = table
        .schema
        .as_ref()
        .map(|of| format!("{of}.{}", table.name));
    let names = [full.as_ref(), Some(&table.name), table.schema.as_ref()];
    let mut unreadable = schema.unreadable.iter();
    let found = unreadable.find(|unreadable| names.contains(&Some(&unreadable.name)));
    found.map(|unreadable| unreadable.why.as_str())
}
