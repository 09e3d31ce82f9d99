//! Listing the sources of a workspace, and letting go of them.

use std::collections::BTreeSet;

use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::model::source::{Source, SourceTable};
use crate::model::{SourceId, TableId};
use crate::store::sources::{self, Deleted};
use crate::store::{StoreError, tables, workspaces};

use super::capture;
use super::schema::Render;
use super::{Place, SourceError, Sources};

/// A source in a listing, with its tables where they were asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListedSource {
    /// The source.
    #[serde(flatten)]
    pub source: Source,
    /// Its tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tables: Option<Vec<SourceTable>>,
}

/// What a cleanup did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Cleaned {
    /// How many are gone.
    pub deleted_count: usize,
    /// Their ids.
    pub deleted_ids: Vec<String>,
    /// The ids that the workspace does not have.
    pub not_found_ids: Vec<String>,
}

impl Sources {
    /// The sources of a workspace, by name.
    pub async fn list(
        &self,
        place: &Place,
        with_tables: bool,
    ) -> Result<Vec<ListedSource>, SourceError> {
        let place = place.clone();
        self.store
            .read(move |conn| {
                let Place {
                    owner, workspace, ..
                } = &place;
                let records = sources::list(conn, owner, workspace)?;
                let mut by_source = with_tables
                    .then(|| tables::list_by_source(conn, owner, workspace))
                    .transpose()?;
                let listed = records.into_iter().map(|record| {
                    let tables = by_source
                        .as_mut()
                        .map(|all| all.remove(&record.source.id).unwrap_or_default());
                    ListedSource {
                        source: record.source,
                        tables,
                    }
                });
                Ok(listed.collect())
            })
            .await
    }

    /// Deletes the named sources and tables, or all sources where none is named, with all that
    /// hangs below them. A kept schema document loses the tables that were deleted of it.
    pub async fn cleanup(
        &self,
        place: &Place,
        ids: Option<Vec<String>>,
        render: Render,
    ) -> Result<Cleaned, SourceError> {
        let of = place.clone();
        let Deleted { deleted, not_found } = self
            .store
            .write(move |tx| -> Result<_, SourceError> {
                let Place {
                    owner, workspace, ..
                } = &of;
                let Some(ids) = ids else {
                    let all = sources::delete_all(tx, owner, workspace)?;
                    let deleted = all.into_iter().map(Into::into).collect();
                    return Ok(Deleted {
                        deleted,
                        not_found: Vec::new(),
                    });
                };
                let mut touched = BTreeSet::new();
                for id in ids.iter().filter_map(|id| TableId::parse(id).ok()) {
                    let record = sources::get_by_table(tx, owner, workspace, &id)?;
                    touched.extend(record.map(|record| record.source.id));
                }
                let deleted = sources::delete_many(tx, owner, workspace, &ids)?;
                for id in &touched {
                    capture::leave_out_hidden(tx, &of, id, render)?;
                }
                Ok(deleted)
            })
            .await?;
        self.forget_copies(place, &deleted).await?;
        Ok(Cleaned {
            deleted_count: deleted.len(),
            deleted_ids: deleted,
            not_found_ids: not_found,
        })
    }

    /// Lets go of the copied rows of sources and tables that were deleted.
    async fn forget_copies(&self, place: &Place, deleted: &[String]) -> Result<(), SourceError> {
        let of = place.clone();
        let file = self
            .store
            .read(move |conn| workspaces::known_copies_file(conn, &of.owner, &of.workspace));
        let Some(file) = file.await? else {
            return Ok(());
        };
        let tables = deleted.iter().filter_map(|id| TableId::parse(id).ok());
        let tables: Vec<_> = tables.collect();
        let sources = deleted.iter().filter_map(|id| SourceId::parse(id).ok());
        let sources: Vec<_> = sources.collect();
        let local = self.local.clone();
        let forgotten = spawn_blocking(move || match local.existing(&file)? {
            Some(copies) => copies.remove(&tables, &sources),
            None => Ok(()),
        });
        Ok(forgotten.await.map_err(|_| StoreError::Stopped)??)
    }
}
