//! How the sources of a document take their place in a workspace: those that it has stay as they are,
//! and the others come without their secrets.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::TransferError;
use super::document::{SourceDocument, TableDocument};
use crate::connectors::{Settings, driver, file, input};
use crate::model::source::{SourceStatus, SourceType};
use crate::model::{SourceId, TableId};
use crate::services::sources::Place;
use crate::store::sources::{self, SourceDraft};
use crate::store::tables::{self, TableDraft};
use crate::store::{StoreError, Transaction};

/// Ids that are others here than in the document: by the document's.
pub type IdMap = BTreeMap<String, String>;

/// A source of a document that can be worked with here.
#[derive(Debug, Clone)]
pub struct CheckedSource {
    document: SourceDocument,
    engine: &'static str,
    settings: Settings,
    /// The id that it is to have here, where that was found out.
    here: Option<SourceId>,
}

impl CheckedSource {
    /// Whether a source that is kept is reached in the same way: it is the same one then.
    #[must_use]
    pub fn is(&self, engine: Option<&str>, settings: &str) -> bool {
        let settings = serde_json::from_str::<Settings>(settings).ok();
        engine == Some(self.engine) && settings.as_ref() == Some(&self.settings)
    }

    /// The id that it has in its document.
    #[must_use]
    pub fn id(&self) -> &SourceId {
        &self.document.id
    }

    /// Has it come under this id, and its tables under those that `tables` has for theirs, wherever these are free.
    pub fn come_as(&mut self, id: SourceId, tables: &HashMap<String, String>) {
        self.here = Some(id);
        for table in &mut self.document.tables {
            let here = tables.get(table.id.as_str());
            if let Some(Ok(here)) = here.map(|id| TableId::parse(id)) {
                table.id = here;
            }
        }
    }
}

/// What came of a document's sources.
#[derive(Debug, Default)]
pub struct Arrived {
    /// Each source, in the document's order.
    pub sources: Vec<ArrivedSource>,
    /// The id here of each of the document's.
    pub ids: HashMap<SourceId, SourceId>,
    /// How many tables came with them.
    pub tables: u64,
}

/// A source of a document, as it stands in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ImportedSource)]
pub struct ArrivedSource {
    /// The id here.
    pub id: SourceId,
    /// The name here.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// Whether it came; else the workspace had it, and it stays as it is.
    pub created: bool,
    /// How it stands.
    pub status: SourceStatus,
}

/// Checks what a document says of its sources as if a caller connected them.
///
/// # Errors
/// [`TransferError`] at the first that cannot be worked with.
pub fn check_sources(documents: Vec<SourceDocument>) -> Result<Vec<CheckedSource>, TransferError> {
    let checked = (0..)
        .zip(documents)
        .map(|(at, document)| check(at, document));
    checked.collect()
}

fn check(at: usize, mut document: SourceDocument) -> Result<CheckedSource, TransferError> {
    let engine = document.engine.as_deref().and_then(driver);
    let engine = engine.ok_or_else(|| TransferError::Engine {
        field: format!("sources[{at}].engine"),
        name: document.name.clone(),
    })?;
    let settings = std::mem::take(&mut document.settings);
    let settings = input::rechecked(engine, settings).map_err(|cause| TransferError::Settings {
        field: format!("sources[{at}].settings.{}", cause.field),
        cause,
    })?;
    let mut seen = HashSet::new();
    let mut tables = (0..).zip(&document.tables);
    if let Some((table, _)) = tables
        .find(|(_, table)| !seen.insert((table.schema.as_deref().unwrap_or_default(), &table.name)))
    {
        let field = format!("sources[{at}].tables[{table}]");
        return Err(TransferError::TableTwice { field });
    }
    if settings.api.is_some() {
        document.source_type = SourceType::Api;
    } else if engine.name == file::DRIVER.name {
        document.source_type = SourceType::File;
    }
    Ok(CheckedSource {
        document,
        engine: engine.name,
        settings,
        here: None,
    })
}

/// Lets a document's sources take their place. One that the workspace has, by its id or else by its
/// name, stays as it is; another is added, waits for its credentials, and keeps its id where no
/// source has that one. `None` where the workspace is gone.
///
/// # Errors
/// Where the store fails.
pub fn take_sources(
    tx: &Transaction<'_>,
    place: &Place,
    documents: Vec<CheckedSource>,
) -> Result<Option<Arrived>, StoreError> {
    let Place {
        owner, workspace, ..
    } = place;
    let mut there = Vec::new();
    let (mut by_id, mut by_name) = (HashMap::new(), HashMap::new());
    for record in sources::list(tx, owner, workspace)? {
        by_id.insert(record.source.id.clone(), there.len());
        by_name.insert(record.source.name.clone(), there.len());
        there.push(ArrivedSource {
            id: record.source.id,
            name: record.source.name,
            source_type: record.source.source_type,
            created: false,
            status: record.source.status,
        });
    }
    let mut arrived = Arrived::default();
    for checked in documents {
        let document = &checked.document;
        let found = (by_id.get(&document.id)).or_else(|| by_name.get(&document.name));
        let told = document.id.clone();
        let source = if let Some(at) = found {
            there[*at].clone()
        } else {
            let Some((source, tables)) = add(tx, place, checked)? else {
                return Ok(None);
            };
            arrived.tables += tables as u64;
            by_id.insert(told.clone(), there.len());
            by_name.insert(source.name.clone(), there.len());
            let known = ArrivedSource {
                created: false,
                ..source.clone()
            };
            there.push(known);
            source
        };
        arrived.ids.insert(told, source.id.clone());
        arrived.sources.push(source);
    }
    Ok(Some(arrived))
}

fn add(
    tx: &Transaction<'_>,
    place: &Place,
    checked: CheckedSource,
) -> Result<Option<(ArrivedSource, usize)>, StoreError> {
    let Place {
        owner, workspace, ..
    } = place;
    let CheckedSource {
        document,
        engine,
        settings,
        here,
    } = checked;
    let id = here.as_ref().unwrap_or(&document.id);
    let text = serde_json::to_string(&settings).map_err(|_| StoreError::Unreadable("settings"))?;
    let host = settings.hosts.first().map(|host| host.name.as_str());
    let status = SourceStatus::NeedsCredentials;
    let draft = SourceDraft {
        name: &document.name,
        source_type: document.source_type,
        engine: Some(engine),
        server_product: document.server_product.as_deref(),
        server_version: document.server_version.as_deref(),
        status,
        host,
        database: settings.database.as_deref(),
        settings: &text,
        metadata: document.metadata.as_ref(),
        tested_at: None,
    };
    let Some(id) = sources::arrive(tx, owner, workspace, id, &draft)? else {
        return Ok(None);
    };
    let hidden = document.tables.iter().filter(|table| table.hidden);
    let hidden: Vec<_> = hidden.map(TableDocument::reference).collect();
    let tables: Vec<(_, TableDraft)> = document.tables.into_iter().map(Into::into).collect();
    tables::arrive(tx, owner, workspace, &id, &tables)?;
    tables::hide(tx, owner, workspace, &id, &hidden)?;
    let source = ArrivedSource {
        id,
        name: document.name,
        source_type: document.source_type,
        created: true,
        status,
    };
    Ok(Some((source, tables.len())))
}
