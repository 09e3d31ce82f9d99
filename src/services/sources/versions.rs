//! The versions of a source's schema, and what changed between two of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::version::SchemaVersion;
use crate::model::{SourceId, TableId};
use crate::schema::diff::{Change, ChangeKind, diff};
use crate::store::tables::{self, KnownTable};
use crate::store::{Connection, versions};

use super::capture::read_version;
use super::document::{self, SchemaDocument};
use super::gzip::unzipped;
use super::schema::{Addressed, SchemaAnswer, SchemaRequest, addressed, narrowed};
use super::{Place, SourceError, Sources};

/// The versions of a source.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Versions {
    /// The source.
    pub source_id: SourceId,
    /// Its versions, the newest first.
    pub versions: Vec<SchemaVersion>,
}

/// Which versions are compared.
#[derive(Debug, Clone, Default)]
pub struct ChangesRequest {
    /// A source, or one of its tables.
    pub id: String,
    /// The one; absent for the one before `to`.
    pub from: Option<u32>,
    /// The other; absent for the newest.
    pub to: Option<u32>,
    /// In place of `from`: the version that was current at this time, or the oldest that is kept.
    pub since: Option<Timestamp>,
}

/// What changed between two versions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Changes {
    /// The source.
    pub source_id: SourceId,
    /// The version before; null where the other is the first that is kept.
    pub from: Option<SchemaVersion>,
    /// The version after.
    pub to: SchemaVersion,
    /// What changed, what stands beside the tables first, then table by table.
    pub changes: Vec<Change>,
    /// How many changes there are of each kind.
    #[schema(value_type = Object)]
    pub summary: BTreeMap<ChangeKind, usize>,
}

impl Sources {
    /// The versions of a source that are kept.
    pub async fn versions(&self, place: &Place, id: &str) -> Result<Versions, SourceError> {
        let (place, id) = (place.clone(), id.to_owned());
        self.store
            .read(move |conn| {
                let source_id = addressed(conn, &place, &id)?.record.source.id;
                let versions = versions::list(conn, &place.owner, &place.workspace, &source_id)?;
                Ok(Versions {
                    source_id,
                    versions,
                })
            })
            .await
    }

    /// What changed between two versions of a source. Tables that were deleted from the workspace
    /// take no part.
    pub async fn changes(
        &self,
        place: &Place,
        request: ChangesRequest,
    ) -> Result<Changes, SourceError> {
        let place = place.clone();
        let found = self.store.read(move |conn| {
            let Addressed { record, table } = addressed(conn, &place, &request.id)?;
            let id = record.source.id;
            let all = versions::list(conn, &place.owner, &place.workspace, &id)?;
            let (from, to) = chosen(&all, &request)?;
            let mut documents = Vec::new();
            // Of one version alone there is nothing to compare.
            for version in from
                .iter()
                .filter(|from| from.number != to.number)
                .chain([&to])
            {
                documents.push(zipped(conn, &place, &id, version.number, &all)?);
            }
            let known = tables::known(conn, &place.owner, &place.workspace, &id)?;
            Ok::<_, SourceError>((id, table, from, to, documents, known))
        });
        let (source_id, table, from, to, documents, known) = found.await?;
        let changes = apart(move || {
            let documents = documents.iter().map(|zipped| shown(zipped, &known));
            let documents = documents.collect::<Result<Vec<_>, _>>()?;
            let mut changes = match &documents[..] {
                [from, to] => diff(&from.schema, &to.schema),
                _ => Vec::new(),
            };
            if let Some(table) = table {
                changes.retain(|change| change.table_id.as_deref() == Some(table.as_str()));
            }
            Ok(changes)
        });
        let changes = changes.await?;
        let mut summary = BTreeMap::new();
        for change in &changes {
            *summary.entry(change.kind).or_default() += 1;
        }
        Ok(Changes {
            source_id,
            from,
            to,
            changes,
            summary,
        })
    }

    /// Answers one version of a source's schema.
    pub(super) async fn schema_version(
        &self,
        place: &Place,
        request: &SchemaRequest,
        number: u32,
    ) -> Result<SchemaAnswer, SourceError> {
        let (of, id) = (place.clone(), request.id.clone());
        let found = self.store.read(move |conn| {
            let Addressed { record, table } = addressed(conn, &of, &id)?;
            let id = record.source.id;
            let all = versions::list(conn, &of.owner, &of.workspace, &id)?;
            let version = find(&all, number)?.clone();
            let zipped = zipped(conn, &of, &id, number, &all)?;
            let known = tables::known(conn, &of.owner, &of.workspace, &id)?;
            Ok::<_, SourceError>((version, table, zipped, known))
        });
        let (version, table, zipped, known) = found.await?;
        let (gzip, has_it) = (request.gzip, request.known.contains(&version.fingerprint));
        apart(move || answer(version, table.as_ref(), zipped, &known, gzip, has_it)).await
    }
}

/// A version as an answer: the bytes that were kept, where all of them may be shown.
fn answer(
    version: SchemaVersion,
    table: Option<&TableId>,
    zipped: Vec<u8>,
    known: &[KnownTable],
    gzip: bool,
    has_it: bool,
) -> Result<SchemaAnswer, SourceError> {
    let tag = version.fingerprint;
    if table.is_some() || known.iter().any(|table| table.hidden) {
        let document = narrowed(shown(&zipped, known)?, table);
        return Ok(SchemaAnswer::Document(Box::new(document)));
    }
    if has_it {
        return Ok(SchemaAnswer::Known { tag });
    }
    let body = if gzip {
        zipped
    } else {
        unzipped(&zipped).map_err(serde_json::Error::io)?
    };
    Ok(SchemaAnswer::Bytes { tag, body, gzip })
}

/// The document of a version, without the tables that were deleted from the workspace.
fn shown(zipped: &[u8], known: &[KnownTable]) -> Result<SchemaDocument, SourceError> {
    let mut document = read_version(zipped)?;
    if document::leave_out_hidden(&mut document.schema, known) {
        document.head.fingerprint = document::fingerprint(&document.schema)?;
    }
    Ok(document)
}

fn zipped(
    conn: &Connection,
    place: &Place,
    id: &SourceId,
    number: u32,
    all: &[SchemaVersion],
) -> Result<Vec<u8>, SourceError> {
    let found = versions::document(conn, &place.owner, &place.workspace, id, number)?;
    found.ok_or_else(|| missing(all))
}

/// The versions that a request means; `all` is sorted, the newest first.
fn chosen(
    all: &[SchemaVersion],
    request: &ChangesRequest,
) -> Result<(Option<SchemaVersion>, SchemaVersion), SourceError> {
    let to = match request.to {
        Some(number) => find(all, number)?,
        None => all.first().ok_or_else(|| missing(all))?,
    };
    let from = match (request.from, request.since) {
        (Some(number), _) => Some(find(all, number)?),
        (None, Some(since)) => {
            let current = all.iter().find(|version| version.captured_at <= since);
            current.or(all.last())
        }
        (None, None) => all.iter().find(|version| version.number < to.number),
    };
    Ok((from.cloned(), to.clone()))
}

fn find(all: &[SchemaVersion], number: u32) -> Result<&SchemaVersion, SourceError> {
    let found = all.iter().find(|version| version.number == number);
    found.ok_or_else(|| missing(all))
}

fn missing(all: &[SchemaVersion]) -> SourceError {
    let ends = all.last().zip(all.first());
    SourceError::NoSuchVersion(ends.map(|(first, last)| (first.number, last.number)))
}

/// Works on large documents on a thread of its own.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(crate::store::StoreError::Stopped.into()),
    }
}
