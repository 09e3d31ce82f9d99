//! Searching the kept schemas of all sources of a workspace.

use serde::Serialize;

use crate::model::{SourceId, TableId};
use crate::schema::search::{FORMAT, Hit, Kind, Matched, Query, Scan, parts};
use crate::store::captures::{self, Encoding};
use crate::store::search::{self, SearchDraft, SearchSource};
use crate::store::{Connection, StoreError, Transaction};

use super::document::SchemaDocument;
use super::{Place, SourceError, Sources};

/// What is looked for, and how much of it is answered.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// What is looked for.
    pub query: Query,
    /// What it may be; anything where this is empty.
    pub kinds: Vec<Kind>,
    /// How many are answered.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Found {
    /// How many there are in all.
    pub total: u64,
    /// The best of them, the best first.
    pub hits: Vec<FoundThing>,
    /// The sources that were not searched, since their schema was not read yet.
    pub not_searched: Vec<UnreadSource>,
}

/// A source whose schema was not read yet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UnreadSource {
    /// Its id.
    pub source_id: SourceId,
    /// Its name.
    pub source: String,
}

/// Something that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FoundThing {
    /// What it is.
    pub kind: Kind,
    /// The id of its source.
    pub source_id: SourceId,
    /// The name of its source.
    pub source: String,
    /// The id of the table that it is or stands in.
    pub table_id: Option<TableId>,
    /// The schema (namespace) that it is or stands in, where the engine has them.
    pub schema: Option<String>,
    /// The table that it is or stands in.
    pub table: Option<String>,
    /// The column; of a field inside of documents its path.
    pub column: Option<String>,
    /// The enum, domain or composite.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// The index, constraint or trigger.
    pub object: Option<String>,
    /// What of it was found.
    pub matched: Matched,
    /// The text that was found.
    pub text: String,
    /// How well it answers, from 0 to 1.
    pub score: f64,
}

impl Sources {
    /// Finds things in the kept schemas of a workspace's sources.
    pub async fn search(
        &self,
        place: &Place,
        request: SearchRequest,
    ) -> Result<Found, SourceError> {
        self.bring_up_to_date(place).await?;
        let place = place.clone();
        self.store
            .read(move |conn| find(conn, &place, &request))
            .await
    }

    /// Makes what searches go through of schemas that were kept by an earlier version.
    async fn bring_up_to_date(&self, place: &Place) -> Result<(), SourceError> {
        let asked = place.clone();
        let outdated = self
            .store
            .read(move |conn| search::outdated(conn, &asked.owner, &asked.workspace, FORMAT))
            .await?;
        for id in outdated {
            let place = place.clone();
            self.store
                .write(move |tx| {
                    let Place {
                        owner, workspace, ..
                    } = &place;
                    match captures::get(tx, owner, workspace, &id, Encoding::Plain)? {
                        Some(kept) => {
                            index(tx, &place, &id, &SchemaDocument::from_answer(&kept.body)?)
                        }
                        None => Ok(()),
                    }
                })
                .await?;
        }
        Ok(())
    }
}

fn index(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    document: &SchemaDocument,
) -> Result<(), SourceError> {
    let parts = parts(&document.schema);
    Ok(put(tx, place, id, &document.head.fingerprint, &parts)?)
}

/// Keeps what searches go through, beside the document that it is made of.
pub(super) fn put(
    tx: &Transaction<'_>,
    place: &Place,
    id: &SourceId,
    fingerprint: &str,
    parts: &[Vec<u8>],
) -> Result<(), StoreError> {
    let draft = SearchDraft {
        fingerprint,
        format: FORMAT,
        parts,
    };
    search::put(tx, &place.owner, &place.workspace, id, &draft)?;
    Ok(())
}

fn find(conn: &Connection, place: &Place, request: &SearchRequest) -> Result<Found, SourceError> {
    let sources = search::sources(conn, &place.owner, &place.workspace)?;
    let (read, unread): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(_, read)| *read);
    let (hits, total) = scan(conn, &read, request)?;
    let hits = hits
        .into_iter()
        .map(|hit| thing(conn, &read[hit.source].0, hit))
        .collect::<Result<_, _>>()?;
    let not_searched = unread.into_iter().map(|(source, _)| UnreadSource {
        source_id: source.id,
        source: source.name,
    });
    Ok(Found {
        total,
        hits,
        not_searched: not_searched.collect(),
    })
}

fn scan(
    conn: &Connection,
    sources: &[(SearchSource, bool)],
    request: &SearchRequest,
) -> Result<(Vec<Hit>, u64), StoreError> {
    let mut scan = Scan::new(&request.query, &request.kinds, request.limit);
    for (at, (source, _)) in sources.iter().enumerate() {
        search::each_part(conn, source, |part| {
            scan.part(at, part)
                .map_err(|_| StoreError::Unreadable("a search index"))
        })?;
    }
    Ok(scan.finish())
}

fn thing(conn: &Connection, source: &SearchSource, hit: Hit) -> Result<FoundThing, StoreError> {
    let id = |table: &String| search::table_id(conn, source, hit.schema.as_deref(), table);
    let table_id = hit.table.as_ref().map(id).transpose()?.flatten();
    let name = |wanted: bool| wanted.then(|| hit.name.clone());
    Ok(FoundThing {
        kind: hit.kind,
        source_id: source.id.clone(),
        source: source.name.clone(),
        table_id,
        column: name(matches!(hit.kind, Kind::Column | Kind::Field)),
        type_name: name(hit.kind == Kind::Type),
        object: name(matches!(
            hit.kind,
            Kind::Index | Kind::Constraint | Kind::Trigger
        )),
        schema: hit.schema,
        table: hit.table,
        matched: hit.matched,
        text: hit.text,
        score: (hit.score * 1000.0).round() / 1000.0,
    })
}
