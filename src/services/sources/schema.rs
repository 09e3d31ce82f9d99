//! Reading a source's schema, and answering it from what was kept.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::connectors::input::ConnectionInput;
use crate::connectors::{ConnectorError, ServerInfo, Stage, Target, Trace, limits};
use crate::model::{SourceId, TableId};
use crate::schema::Schema;
use crate::store::captures::{self, CaptureDraft, Encoding};
use crate::store::sources::{self, SourceRecord};
use crate::store::tables::{self, Hidden, TableDraft};

use super::contact::{Prepared, scrubbed};
use super::document::{self, DocumentHead, SchemaDocument};
use super::search;
use super::{Place, SourceError, Sources};

/// What is wanted of a schema.
#[derive(Debug, Clone)]
pub struct SchemaRequest {
    /// A source, or one of its tables.
    pub id: String,
    /// Whether the source is read again.
    pub refresh: bool,
    /// Whether the answer may come compressed.
    pub gzip: bool,
    /// The fingerprints that the caller has already.
    pub known: Vec<String>,
}

/// A schema as it is answered.
#[derive(Debug)]
pub enum SchemaAnswer {
    /// The caller has it already.
    Known {
        /// Its fingerprint.
        fingerprint: String,
    },
    /// The whole answer, as it was kept.
    Bytes {
        /// Its fingerprint.
        fingerprint: String,
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

impl Sources {
    /// Answers a source's schema: from what was kept, else (or where asked to) by reading the
    /// source. Where it cannot be read again, what was kept is answered and says so.
    pub async fn schema(
        &self,
        place: &Place,
        request: SchemaRequest,
        render: Render,
    ) -> Result<SchemaAnswer, SourceError> {
        let asked = crate::store::now();
        let (record, table) = self.addressed(place, &request.id).await?;
        let id = record.source.id.clone();
        let kept = record.source.schema_captured_at.is_some();
        if !kept || request.refresh {
            let flight = self.flights.take_off(&id).await;
            // Somebody else may have read it while this call waited; that is as fresh as asked for.
            let head = self.head(place, &id).await?;
            if head.is_none_or(|head| head.captured_at < asked) {
                match self.capture(place, &record, render).await {
                    Err(SourceError::Connector(error)) if kept => {
                        drop(flight);
                        let mut stale = self.kept_document(place, &id).await?;
                        stale.head.stale = true;
                        stale.head.stale_reason = Some(error.message);
                        return Ok(SchemaAnswer::Document(Box::new(narrowed(
                            stale,
                            table.as_ref(),
                        ))));
                    }
                    other => other?,
                }
            }
        }
        if table.is_some() {
            let document = self.kept_document(place, &id).await?;
            return Ok(SchemaAnswer::Document(Box::new(narrowed(
                document,
                table.as_ref(),
            ))));
        }
        let head = self
            .head(place, &id)
            .await?
            .ok_or(SourceError::NotFound("source"))?;
        if request.known.contains(&head.fingerprint) {
            return Ok(SchemaAnswer::Known {
                fingerprint: head.fingerprint,
            });
        }
        let encoding = if request.gzip {
            Encoding::Gzip
        } else {
            Encoding::Plain
        };
        let capture = self.kept(place, &id, encoding).await?;
        Ok(SchemaAnswer::Bytes {
            fingerprint: capture.head.fingerprint,
            body: capture.body,
            gzip: request.gzip,
        })
    }

    /// Reads the schema of a database without keeping anything.
    pub async fn infer(
        &self,
        place: &Place,
        input: ConnectionInput,
    ) -> Result<(SchemaDocument, Vec<String>), SourceError> {
        let _attempt = self.attempt()?;
        let Prepared { target, warnings } =
            self.prepare(place, None, input, &Trace::default()).await?;
        let (server, schema) = self.introspect(&target).await?;
        Ok((assemble(schema, &server, None)?, warnings))
    }

    /// A source by its own id, or by that of one of its tables.
    async fn addressed(
        &self,
        place: &Place,
        id: &str,
    ) -> Result<(SourceRecord, Option<TableId>), SourceError> {
        let missing = || SourceError::NotFound("source or table");
        let (place, source, table) = (
            place.clone(),
            SourceId::parse(id).map_err(|_| missing())?,
            TableId::parse(id).map_err(|_| missing())?,
        );
        let found = self
            .store
            .read(move |conn| -> Result<_, SourceError> {
                let Place {
                    owner, workspace, ..
                } = &place;
                if let Some(record) = sources::get(conn, owner, workspace, &source)? {
                    return Ok(Some((record, None)));
                }
                let record = sources::get_by_table(conn, owner, workspace, &table)?;
                Ok(record.map(|record| (record, Some(table))))
            })
            .await?;
        found.ok_or_else(missing)
    }

    /// Reads a source and keeps what it told.
    async fn capture(
        &self,
        place: &Place,
        record: &SourceRecord,
        render: Render,
    ) -> Result<(), SourceError> {
        let _attempt = self.attempt()?;
        let target = self.target_of(place, record).await?;
        let read = self.introspect(&target).await;
        let id = record.source.id.clone();
        let server = read.as_ref().ok().map(|(server, _)| server.clone());
        self.note_contact(place, &id, server).await?;
        let (server, mut schema) = read?;
        let (place, record) = (place.clone(), record.clone());
        self.store
            .write(move |tx| -> Result<(), SourceError> {
                let Place {
                    owner, workspace, ..
                } = &place;
                let counted = tables::list(tx, owner, workspace, &id)?;
                let drafts = table_drafts(&schema, counted);
                if !tables::replace(tx, owner, workspace, &id, &drafts, Hidden::Keep)? {
                    return Err(SourceError::NotFound("source"));
                }
                let known = tables::list(tx, owner, workspace, &id)?;
                document::address(
                    &mut schema,
                    known,
                    tables::hidden(tx, owner, workspace, &id)?,
                );
                let document = assemble(schema, &server, Some(&record))?;
                keep(tx, &place, &id, &document, render)
            })
            .await
    }

    async fn introspect(&self, target: &Target) -> Result<(ServerInfo, Schema), SourceError> {
        let trace = Trace::default();
        let mut session = self.open(target, &trace).await?;
        let reading = session.introspect(&target.settings.selection);
        let read: Result<Schema, ConnectorError> = trace
            .run(Stage::ReadCatalog, limits::INTROSPECT, reading)
            .await;
        let server = session.server().clone();
        session.close().await;
        Ok((
            server,
            read.map_err(|error| scrubbed(error, &target.credentials))?,
        ))
    }

    async fn head(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<Option<captures::CaptureHead>, SourceError> {
        let (place, id) = (place.clone(), id.clone());
        self.store
            .read(move |conn| Ok(captures::head(conn, &place.owner, &place.workspace, &id)?))
            .await
    }

    async fn kept(
        &self,
        place: &Place,
        id: &SourceId,
        encoding: Encoding,
    ) -> Result<captures::Capture, SourceError> {
        let (place, id) = (place.clone(), id.clone());
        let found = self
            .store
            .read(move |conn| captures::get(conn, &place.owner, &place.workspace, &id, encoding))
            .await?;
        found.ok_or(SourceError::NotFound("source"))
    }

    async fn kept_document(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<SchemaDocument, SourceError> {
        let capture = self.kept(place, id, Encoding::Plain).await?;
        Ok(SchemaDocument::from_answer(&capture.body)?)
    }
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
            stale: false,
            stale_reason: None,
        },
        schema,
    })
}

fn keep(
    tx: &crate::store::Transaction<'_>,
    place: &Place,
    id: &SourceId,
    document: &SchemaDocument,
    render: Render,
) -> Result<(), SourceError> {
    let body = render(document)?;
    let draft = CaptureDraft {
        document: &body,
        document_gzip: &gzipped(&body),
        fingerprint: &document.head.fingerprint,
        captured_at: document.head.captured_at,
    };
    captures::put(tx, &place.owner, &place.workspace, id, &draft)?;
    search::index(tx, place, id, document)
}

/// Writes a kept document anew without the tables that were deleted of its source.
pub(super) fn leave_out_hidden(
    tx: &crate::store::Transaction<'_>,
    place: &Place,
    id: &SourceId,
    render: Render,
) -> Result<(), SourceError> {
    let Place {
        owner, workspace, ..
    } = place;
    let Some(capture) = captures::get(tx, owner, workspace, id, Encoding::Plain)? else {
        return Ok(());
    };
    let mut document = SchemaDocument::from_answer(&capture.body)?;
    let known = tables::list(tx, owner, workspace, id)?;
    document::address(
        &mut document.schema,
        known,
        tables::hidden(tx, owner, workspace, id)?,
    );
    document.head.fingerprint = document::fingerprint(&document.schema)?;
    keep(tx, place, id, &document, render)
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::new(5));
    // Writing into a vector cannot fail; a failure would leave an empty body that no client takes.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// The tables to be kept: those read, with the exact counts that were made before.
fn table_drafts(
    schema: &Schema,
    counted: Vec<crate::model::source::SourceTable>,
) -> Vec<TableDraft> {
    let mut counts: std::collections::HashMap<_, _> = counted
        .into_iter()
        .map(|table| ((table.schema, table.name), table.row_count))
        .collect();
    let draft = |table: &crate::schema::Table| TableDraft {
        schema: table.schema.clone(),
        name: table.name.clone(),
        kind: table.kind.as_str().to_owned(),
        row_count: counts
            .remove(&(table.schema.clone(), table.name.clone()))
            .flatten(),
        row_count_estimate: table.row_count_estimate,
    };
    schema.tables.iter().map(draft).collect()
}

fn narrowed(mut document: SchemaDocument, table: Option<&TableId>) -> SchemaDocument {
    if let Some(id) = table {
        document
            .schema
            .tables
            .retain(|table| table.id.as_deref() == Some(id.as_str()));
    }
    document
}
