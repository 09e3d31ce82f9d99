//! Reading a source again, for its own sake.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::flights::Flight;
use super::schema::{Render, addressed};
use super::{Place, SourceError, Sources};
use crate::model::SourceId;
use crate::store::{captures, sources, versions};

/// A schema that was read and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SchemaRead {
    /// The source.
    pub source_id: SourceId,
    /// Tells one content from another.
    pub fingerprint: String,
    /// When it was read.
    #[schema(value_type = String)]
    pub captured_at: Timestamp,
    /// Its version; the one before it where nothing has changed.
    pub version: u32,
    /// How many tables that has.
    pub table_count: u64,
    /// How many columns they have.
    pub column_count: u64,
}

impl Sources {
    /// The source that an id means: its own, or that of one of its tables.
    pub(in crate::services) async fn addressed(
        &self,
        place: &Place,
        id: &str,
    ) -> Result<SourceId, SourceError> {
        let (of, id) = (place.clone(), id.to_owned());
        self.store
            .read(move |conn| Ok(addressed(conn, &of, &id)?.record.source.id))
            .await
    }

    /// The reading of a source that runs, or is to begin.
    pub(in crate::services) fn flight(&self, id: &SourceId) -> Arc<Flight> {
        self.flights.of(id)
    }

    /// Reads a source and keeps what it told, unless somebody else has done so since it was asked for.
    pub(in crate::services) async fn refresh(
        &self,
        place: &Place,
        id: &SourceId,
        asked: Timestamp,
        flight: &Flight,
        render: Render,
    ) -> Result<SchemaRead, SourceError> {
        let _turn = flight.turn.lock().await;
        if !self.is_read_since(place, id, asked).await? {
            let (of, wanted) = (place.clone(), id.clone());
            let record = self
                .store
                .read(move |conn| sources::get(conn, &of.owner, &of.workspace, &wanted));
            let record = record.await?.ok_or(SourceError::NotFound("source"))?;
            self.capture(place, record, &flight.progress, render)
                .await?;
        }
        let (of, id) = (place.clone(), id.clone());
        let read = self.store.read(move |conn| {
            let kept = captures::head(conn, &of.owner, &of.workspace, &id)?;
            let version = versions::latest(conn, &of.owner, &of.workspace, &id)?;
            Ok::<_, SourceError>(kept.zip(version).map(|(kept, version)| SchemaRead {
                source_id: id,
                fingerprint: kept.fingerprint,
                captured_at: kept.captured_at,
                version: version.number,
                table_count: version.table_count,
                column_count: version.column_count,
            }))
        });
        // Deleted, or connected anew, just after it was read.
        read.await?.ok_or(SourceError::NotFound("source"))
    }
}
