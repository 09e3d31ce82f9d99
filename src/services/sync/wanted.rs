//! What a caller wants copied: sources, and of each all tables or some.

use std::collections::{HashMap, HashSet};

use super::{SyncError, SyncRequest, Syncs};
use crate::model::source::SourceTable;
use crate::model::{SourceId, TableId};
use crate::services::sources::Place;
use crate::store::sources::{self, SourceRecord};
use crate::store::tables;

/// A source, of which something is wanted.
pub struct Wanted {
    /// The source.
    pub record: SourceRecord,
    /// The tables; all where absent.
    pub tables: Option<HashSet<TableId>>,
}

impl Syncs {
    /// Finds what a request means.
    pub(super) async fn wanted(
        &self,
        place: &Place,
        request: &SyncRequest,
    ) -> Result<Vec<Wanted>, SyncError> {
        let of = place.clone();
        let (records, tables) = self
            .store
            .read(move |conn| -> Result<_, SyncError> {
                let records = sources::list(conn, &of.owner, &of.workspace)?;
                let tables = tables::list_by_source(conn, &of.owner, &of.workspace)?;
                Ok((records, tables))
            })
            .await?;
        let names = request.options.tables.as_deref();
        chosen(records, &tables, request.ids.as_deref(), names)
    }
}

fn chosen(
    records: Vec<SourceRecord>,
    tables: &HashMap<SourceId, Vec<SourceTable>>,
    ids: Option<&[String]>,
    names: Option<&[String]>,
) -> Result<Vec<Wanted>, SyncError> {
    let mut missing: HashSet<&String> = ids.into_iter().chain(names).flatten().collect();
    let mut all = Vec::new();
    for record in records {
        let of_source = tables.get(&record.source.id).map_or(&[][..], Vec::as_slice);
        let whole = match ids {
            None => true,
            Some(ids) => ids.iter().any(|id| id == record.source.id.as_str()),
        };
        missing.retain(|id| *id != record.source.id.as_str());
        let mut some = HashSet::new();
        for table in of_source {
            let by_id = ids.is_some_and(|ids| ids.iter().any(|id| id == table.id.as_str()));
            let by_name = names.is_none_or(|names| names.iter().any(|name| is_called(table, name)));
            missing.retain(|name| !is_called(table, name));
            if by_id || (whole && names.is_some() && by_name) {
                some.insert(table.id.clone());
            }
        }
        let tables = match (whole, names) {
            (true, None) => None,
            _ if some.is_empty() => continue,
            _ => Some(some),
        };
        all.push(Wanted { record, tables });
    }
    if missing.is_empty() {
        return Ok(all);
    }
    let mut missing: Vec<_> = missing.into_iter().cloned().collect();
    missing.sort();
    Err(SyncError::NotFound(missing))
}

fn is_called(table: &SourceTable, name: &str) -> bool {
    let full = || {
        table.schema.as_ref().is_some_and(|schema| {
            name.strip_prefix(schema.as_str())
                .and_then(|rest| rest.strip_prefix('.'))
                == Some(table.name.as_str())
        })
    };
    table.name == name || table.id.as_str() == name || full()
}
