//! What an import finds out before it does anything: as what its sources and tables will be here.

use std::collections::{HashMap, HashSet};

use crate::local::Copies;
use crate::model::{SourceId, TableId};
use crate::services::sources::SchemaHome;
use crate::services::transfer::CheckedSource;

use super::TransferFailure;

/// Where a source of a document will be.
#[derive(Debug)]
pub struct Home {
    /// As what its schema finds it.
    pub schema: SchemaHome,
    /// Whether it comes.
    pub created: bool,
    /// Whether it has no schema yet.
    pub lacks_schema: bool,
    /// The tables that may have a copy, by their ids in the document.
    pub tables: Vec<(TableId, TableId)>,
}

/// Where all of a document will be. The sources that stay as they are have no place in it.
#[derive(Debug, Default)]
pub struct Plan {
    /// By the sources' ids in the document.
    pub homes: HashMap<SourceId, Home>,
    /// The tables, by their ids in the document, whose rows are wanted.
    wanted: HashSet<TableId>,
}

impl Plan {
    /// Notes which tables have a copy already.
    pub fn look_at(&mut self, copies: Option<&Copies>) -> Result<(), TransferFailure> {
        let there = copies.map(Copies::list).transpose()?.unwrap_or_default();
        let there: HashSet<_> = there.into_iter().map(|copy| copy.table).collect();
        let tables = self.homes.values().flat_map(|home| &home.tables);
        let wanted = tables.filter(|(_, here)| !there.contains(here));
        self.wanted = wanted.map(|(told, _)| told.clone()).collect();
        Ok(())
    }

    /// Whether rows of a table would become its copy.
    pub fn wants_rows(&self, table: &TableId) -> bool {
        self.wanted.contains(table)
    }

    /// Where a source's schema would be kept, if it would.
    pub fn wants_schema(&self, source: &SourceId) -> Option<&SchemaHome> {
        let home = self.homes.get(source)?;
        home.lacks_schema.then_some(&home.schema)
    }

    /// Has the sources come as it says.
    pub fn apply(&self, sources: &mut [CheckedSource]) {
        for source in sources {
            if let Some(home) = self.homes.get(source.id()).filter(|home| home.created) {
                source.come_as(home.schema.source.clone(), &home.schema.ids);
            }
        }
    }
}
