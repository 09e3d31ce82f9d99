//! Answering a source's schema: from what was kept, else by reading the source.

use jiff::Timestamp;

use crate::model::{SourceId, TableId};
use crate::store::captures::{self, Capture, Encoding};
use crate::store::sources::{self, SourceRecord};
use crate::store::{Connection, StoreError};

use super::capture::Reading;
use super::document::{self, SchemaDocument};
use super::{Place, SourceError, Sources};

/// What is wanted of a schema.
#[derive(Debug, Clone)]
pub struct SchemaRequest {
    /// A source, or one of its tables.
    pub id: String,
    /// Whether the source is read again.
    pub refresh: bool,
    /// The version that is wanted; absent for the schema of now.
    pub version: Option<u32>,
    /// Whether the answer may come compressed.
    pub gzip: bool,
    /// What the caller has already.
    pub known: KnownTags,
}

/// What a caller has already, by the tags of it (RFC 9110 §13.1.2).
#[derive(Debug, Clone)]
pub enum KnownTags {
    /// Whatever there is.
    Any,
    /// These.
    These(Vec<String>),
}

impl KnownTags {
    /// Whether what has this tag is among it.
    #[must_use]
    pub fn contains(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|known| known == tag),
        }
    }

    /// What is behind tags that end so, by the tags without that end.
    pub(super) fn without(self, suffix: &str) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::These(tags) => {
                let stems = tags.iter().filter_map(|tag| tag.strip_suffix(suffix));
                Self::These(stems.map(str::to_owned).collect())
            }
        }
    }
}

impl SchemaRequest {
    pub(super) fn encoding(&self) -> Encoding {
        if self.gzip {
            Encoding::Gzip
        } else {
            Encoding::Plain
        }
    }
}

/// A schema as it is answered.
#[derive(Debug)]
pub enum SchemaAnswer {
    /// The caller has it already.
    Known {
        /// What tells it from other answers.
        tag: String,
    },
    /// The whole answer, as it was kept.
    Bytes {
        /// What tells it from other answers.
        tag: String,
        /// The body.
        body: Vec<u8>,
        /// Whether the body is compressed by gzip.
        gzip: bool,
    },
    /// A document that was made for this answer alone.
    Document(Box<SchemaDocument>),
}

/// Makes the bytes of a whole answer of a document; they are kept, so that answering is copying.
pub type Render = fn(&SchemaDocument) -> Result<Vec<u8>, serde_json::Error>;

/// What is known of an id before anything is read anew.
pub(super) struct Addressed {
    pub(super) record: SourceRecord,
    /// The table, where the id is that of one.
    pub(super) table: Option<TableId>,
}

impl Sources {
    /// Answers a source's schema: from what was kept, else (or where asked to) by reading the
    /// source. Where it cannot be read again, what was kept is answered and says so.
    pub async fn schema(
        &self,
        place: &Place,
        request: SchemaRequest,
        render: Render,
    ) -> Result<SchemaAnswer, SourceError> {
        if let Some(version) = request.version {
            return self.schema_version(place, &request, version).await;
        }
        let asked = crate::store::now();
        let (Addressed { record, table }, ready) = self.ready(place, &request).await?;
        if let Some(answer) = ready {
            return Ok(answer);
        }
        let id = record.source.id.clone();
        let table = table.as_ref();
        if let (Some(_), false) = (record.source.schema_captured_at, request.refresh)
            && let Some(answer) = self.stored(place, &id, table, &request).await?
        {
            return Ok(answer);
        }
        let flight = self.flight(&id);
        let _turn = flight.turn.lock().await;
        if self.is_read_since(place, &id, asked).await?
            && let Some(answer) = self.stored(place, &id, table, &request).await?
        {
            return Ok(answer);
        }
        let reading = self.capture(place, record, &flight.progress, render);
        match reading.await {
            Ok(reading) => Ok(answer_of(reading, table, &request)),
            Err(SourceError::Connector(error)) => {
                let Some(mut stale) = self.kept_document(place, &id).await? else {
                    return Err(error.into());
                };
                stale.head.stale = true;
                stale.head.stale_reason = Some(error.message);
                Ok(SchemaAnswer::Document(Box::new(narrowed(stale, table))))
            }
            Err(other) => Err(other),
        }
    }

    /// What an id stands for and, where its schema needs no more than to be copied, that answer;
    /// both by one look into the store.
    async fn ready(
        &self,
        place: &Place,
        request: &SchemaRequest,
    ) -> Result<(Addressed, Option<SchemaAnswer>), SourceError> {
        let (place, request) = (place.clone(), request.clone());
        self.store
            .read(move |conn| {
                let found = addressed(conn, &place, &request.id)?;
                let (id, encoding) = (&found.record.source.id, request.encoding());
                let ready = if request.refresh || found.table.is_some() {
                    None
                } else {
                    kept_answer(conn, &place, id, encoding, &request.known)?
                };
                Ok((found, ready))
            })
            .await
    }

    /// Whether somebody else read it while a call that came then waited: that is as fresh as asked
    /// for.
    pub(super) async fn is_read_since(
        &self,
        place: &Place,
        id: &SourceId,
        asked: Timestamp,
    ) -> Result<bool, SourceError> {
        let (place, id) = (place.clone(), id.clone());
        let head = self
            .store
            .read(move |conn| captures::head(conn, &place.owner, &place.workspace, &id))
            .await?;
        Ok(head.is_some_and(|head| head.captured_at >= asked))
    }

    /// What was kept of a source, or of one of its tables, as an answer.
    async fn stored(
        &self,
        place: &Place,
        id: &SourceId,
        table: Option<&TableId>,
        request: &SchemaRequest,
    ) -> Result<Option<SchemaAnswer>, SourceError> {
        if table.is_some() {
            let document = self.kept_document(place, id).await?;
            let document = document.map(|document| Box::new(narrowed(document, table)));
            return Ok(document.map(SchemaAnswer::Document));
        }
        let (place, id, request) = (place.clone(), id.clone(), request.clone());
        self.store
            .read(move |conn| {
                let (encoding, known) = (request.encoding(), &request.known);
                Ok(kept_answer(conn, &place, &id, encoding, known)?)
            })
            .await
    }

    /// The document that is kept of a source.
    pub(super) async fn kept_document(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<Option<SchemaDocument>, SourceError> {
        let (place, id) = (place.clone(), id.clone());
        self.store
            .read(move |conn| {
                let Place {
                    owner, workspace, ..
                } = &place;
                let capture = captures::get(conn, owner, workspace, &id, Encoding::Plain)?;
                let document = capture.map(|kept| SchemaDocument::from_answer(&kept.body));
                Ok(document.transpose()?)
            })
            .await
    }
}

/// What was read just now, as an answer.
fn answer_of(reading: Reading, table: Option<&TableId>, request: &SchemaRequest) -> SchemaAnswer {
    let Reading {
        document,
        body,
        zipped,
    } = reading;
    if table.is_some() {
        return SchemaAnswer::Document(Box::new(narrowed(document, table)));
    }
    let tag = document.head.tag();
    if request.known.contains(&tag) {
        return SchemaAnswer::Known { tag };
    }
    SchemaAnswer::Bytes {
        tag,
        body: if request.gzip { zipped } else { body },
        gzip: request.gzip,
    }
}

/// A source by its own id, or by that of one of its tables.
pub(super) fn addressed(
    conn: &Connection,
    place: &Place,
    id: &str,
) -> Result<Addressed, SourceError> {
    let missing = || SourceError::NotFound("source or table");
    let Place {
        owner, workspace, ..
    } = place;
    let source = SourceId::parse(id).map_err(|_| missing())?;
    if let Some(record) = sources::get(conn, owner, workspace, &source)? {
        return Ok(Addressed {
            record,
            table: None,
        });
    }
    let table = TableId::parse(id).map_err(|_| missing())?;
    let record = sources::get_by_table(conn, owner, workspace, &table)?;
    Ok(Addressed {
        record: record.ok_or_else(missing)?,
        table: Some(table),
    })
}

/// What was kept of a source, as an answer.
fn kept_answer(
    conn: &Connection,
    place: &Place,
    id: &SourceId,
    encoding: Encoding,
    known: &KnownTags,
) -> Result<Option<SchemaAnswer>, StoreError> {
    let Place {
        owner, workspace, ..
    } = place;
    let Some(head) = captures::head(conn, owner, workspace, id)? else {
        return Ok(None);
    };
    let tag = document::tag(&head.fingerprint, &head.source_name);
    if known.contains(&tag) {
        return Ok(Some(SchemaAnswer::Known { tag }));
    }
    let capture = captures::get(conn, owner, workspace, id, encoding)?;
    Ok(capture.map(|Capture { body, .. }| SchemaAnswer::Bytes {
        tag,
        body,
        gzip: encoding == Encoding::Gzip,
    }))
}

pub(super) fn narrowed(mut document: SchemaDocument, table: Option<&TableId>) -> SchemaDocument {
    if let Some(id) = table {
        document
            .schema
            .tables
            .retain(|table| table.id.as_deref() == Some(id.as_str()));
    }
    document
}
