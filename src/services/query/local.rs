//! The workspace's own store, where tables of different sources stand side by side.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::named::{Named, found};
use super::{Queries, QueryError, QueryRequest, Rows, collect};
use crate::connectors::read::Statement;
use crate::connectors::{QueryRead, sqlite};
use crate::local::{Copies, Copy};
use crate::model::TableId;
use crate::rows::RowColumn;
use crate::services::sources::Place;
use crate::store::{StoreError, sources, tables, workspaces};

impl Queries {
    /// Runs a statement on the copies of a workspace.
    pub(super) async fn query_local(
        &self,
        place: &Place,
        request: QueryRequest,
    ) -> Result<Rows, QueryError> {
        let Statement::Sql { text, params } = request.statement else {
            return Err(QueryError::Unknown {
                field: "sql".to_owned(),
                message: "The workspace's own store takes SQL.".to_owned(),
                hint: "Give the statement as `sql`, in SQLite's dialect.".to_owned(),
            });
        };
        let (copies, named) = self.named(place).await?;
        let mut used = Vec::new();
        let replaced = sqlite::replace_tables(&text, |parts| {
            let copy = &found(&named, parts)?.copy;
            used.push(copy);
            Ok::<_, QueryError>(Some(copy.physical.clone()))
        })?;
        let mut session = sqlite::open_own(copies.path(), origins(&used)).await?;
        let asked = QueryRead {
            statement: Statement::Sql {
                text: replaced.text.clone(),
                params,
            },
            limit: request.limit,
            timeout: request.timeout,
        };
        let answered = collect::answered(session.as_mut(), &asked).await;
        Ok(answered.map_err(|error| {
            let run = error.position.map(NonZeroU32::get);
            error.at_character(run.and_then(|run| replaced.character_asked(run)))
        })?)
    }

    /// The copies of a workspace. None of them is there before the first sync.
    pub(super) async fn copies(&self, place: &Place) -> Result<Arc<Copies>, QueryError> {
        let of = place.clone();
        let file = self
            .store
            .read(move |conn| workspaces::known_copies_file(conn, &of.owner, &of.workspace));
        let nothing = || QueryError::Unknown {
            field: "source_id".to_owned(),
            message: "Nothing was copied into this workspace yet.".to_owned(),
            hint: "Copy tables of its sources by /sync first.".to_owned(),
        };
        let file = file.await?.ok_or_else(nothing)?;
        let local = self.local.clone();
        let opened = spawn_blocking(move || local.existing(&file)).await;
        opened
            .map_err(|_| StoreError::Stopped)??
            .ok_or_else(nothing)
    }

    /// The copy of a table.
    pub(super) async fn copy_of(
        &self,
        place: &Place,
        table: &TableId,
    ) -> Result<(Arc<Copies>, Copy), QueryError> {
        let copies = self.copies(place).await?;
        let (of, wanted) = (Arc::clone(&copies), table.clone());
        let found = spawn_blocking(move || of.get(&wanted)).await;
        let found = found.map_err(|_| StoreError::Stopped)??;
        let copy = found.ok_or_else(|| QueryError::Unknown {
            field: "from".to_owned(),
            message: "This table was not copied yet.".to_owned(),
            hint: "Copy it by /sync, or look at it with `from: \"source\"`.".to_owned(),
        })?;
        Ok((copies, copy))
    }

    async fn named(&self, place: &Place) -> Result<(Arc<Copies>, Vec<Named>), QueryError> {
        let copies = self.copies(place).await?;
        let of = Arc::clone(&copies);
        let all = spawn_blocking(move || of.list()).await;
        let all = all.map_err(|_| StoreError::Stopped)??;
        let of_table = |copy: Copy| (copy.table.clone(), copy);
        let mut by_table: HashMap<_, _> = all.into_iter().map(of_table).collect();
        let of = place.clone();
        let (records, mut by_source) = self
            .store
            .read(move |conn| -> Result<_, StoreError> {
                let records = sources::list(conn, &of.owner, &of.workspace)?;
                let tables = tables::list_by_source(conn, &of.owner, &of.workspace)?;
                Ok((records, tables))
            })
            .await?;
        let mut named = Vec::new();
        for record in records {
            for table in by_source.remove(&record.source.id).unwrap_or_default() {
                if let Some(copy) = by_table.remove(&table.id) {
                    named.push(Named {
                        source: record.source.name.clone(),
                        table,
                        copy,
                    });
                }
            }
        }
        Ok((copies, named))
    }
}

/// The columns of copies, with their types at their sources.
fn origins(copies: &[&Copy]) -> sqlite::Origins {
    let columns = copies.iter().flat_map(|copy| {
        copy.columns.iter().map(|column| {
            let place = (copy.physical.clone(), column.name.clone());
            let origin = RowColumn {
                name: column.source_name.clone(),
                native_type: column.native_type.clone(),
                logical_type: column.logical_type.clone(),
            };
            (place, origin)
        })
    });
    columns.collect()
}
