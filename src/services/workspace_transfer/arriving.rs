//! A document on its way into a workspace, within the transaction that keeps it.

use std::collections::HashMap;
use std::sync::Arc;

use data_encoding::BASE64;

use super::document::{SchemaExport, WorkspaceDocument, WorkspaceExport};
use super::import::{ImportSummary, Imported};
use super::{TransferFailure, WorkspaceTransfers};
use crate::connectors::Credentials;
use crate::local::{Arrival, Copies, Stage};
use crate::model::source::SourceStatus;
use crate::model::{OrganizationId, Owner, SourceId, TableId, UserId, WorkspaceId, WorkspaceRef};
use crate::services::projects::{OnConflict, Outcome, name_of_copy, take_project};
use crate::services::sources::{ArrivingVersion, Place, seal, take_schema, take_version};
use crate::services::transfer::{CheckedSource, SourceDocument, TransferError, take_sources};
use crate::store::sources::SourceRecord;
use crate::store::tables::KnownTable;
use crate::store::workspaces::{self, WorkspaceDraft};
use crate::store::{
    Connection, StoreError, Transaction, captures, secrets, sources, tables, versions,
};

/// The most bytes of schemas that an import unpacks, but for the last of each source: taking them
/// apart keeps other writers waiting, and a small document may hold hundreds of large ones.
const MOST_UNPACKED: u64 = 1 << 30;

/// Where a document goes, as its caller says.
pub struct Target {
    pub user: UserId,
    pub owner: Owner,
    pub organization: OrganizationId,
    pub workspace: Option<WorkspaceRef>,
    pub name: Option<String>,
    pub on_conflict: OnConflict,
}

impl Target {
    /// The workspace that it goes to, where that is there.
    pub fn known(
        &self,
        conn: &Connection,
        document: &WorkspaceExport,
    ) -> Result<Option<WorkspaceId>, StoreError> {
        let told = WorkspaceRef::Id(document.workspace.id.clone());
        match (&self.workspace, self.on_conflict) {
            (Some(asked), _) => workspaces::resolve(conn, &self.owner, asked),
            (None, OnConflict::Copy) => Ok(None),
            (None, _) => workspaces::resolve(conn, &self.owner, &told),
        }
    }

    /// Makes the workspace that it goes to where it is missing, or brings it to what the document says.
    fn take(
        &self,
        tx: &Transaction<'_>,
        document: &WorkspaceDocument,
    ) -> Result<(WorkspaceId, Outcome), TransferFailure> {
        let told = WorkspaceRef::Id(document.id.clone());
        let asked = self.workspace.as_ref();
        let there = match asked.unwrap_or(&told) {
            WorkspaceRef::Default => Some(workspaces::default_workspace(tx, &self.owner)?),
            named @ WorkspaceRef::Id(_) => workspaces::resolve(tx, &self.owner, named)?,
        };
        let name = self.name.as_deref().unwrap_or(&document.name);
        let Some(there) = there else {
            let WorkspaceRef::Id(id) = asked.unwrap_or(&told) else {
                return Err(TransferFailure::NotFound);
            };
            self.save(tx, document, Some(id), name)?;
            return Ok((id.clone(), Outcome::Created));
        };
        let now = workspaces::get(tx, &self.owner, &there)?.ok_or(TransferFailure::NotFound)?;
        if asked.is_some() {
            // It is the caller's own, and another one than the document's may be.
            return Ok(match self.name.as_deref() {
                Some(name) if name != now.name => {
                    let draft = WorkspaceDraft {
                        id: Some(&there),
                        name,
                        description: None,
                        metadata: None,
                    };
                    workspaces::save(tx, &self.owner, &draft)?;
                    (there, Outcome::Updated)
                }
                _ => (there, Outcome::Unchanged),
            });
        }
        Ok(match self.on_conflict {
            OnConflict::Skip => (there, Outcome::Skipped),
            OnConflict::Copy => {
                let name = self.name.clone();
                let name = name.unwrap_or_else(|| name_of_copy(&document.name));
                (self.save(tx, document, None, &name)?, Outcome::Copied)
            }
            OnConflict::Update => {
                let same = now.name == name
                    && (document.description.is_none() || now.description == document.description)
                    && document
                        .metadata
                        .as_ref()
                        .is_none_or(|told| *told == now.metadata);
                if same {
                    (there, Outcome::Unchanged)
                } else {
                    self.save(tx, document, Some(&there), name)?;
                    (there, Outcome::Updated)
                }
            }
        })
    }

    fn save(
        &self,
        tx: &Transaction<'_>,
        document: &WorkspaceDocument,
        id: Option<&WorkspaceId>,
        name: &str,
    ) -> Result<WorkspaceId, StoreError> {
        let draft = WorkspaceDraft {
            id,
            name,
            description: document.description.as_deref(),
            metadata: document.metadata.as_ref(),
        };
        Ok(workspaces::save(tx, &self.owner, &draft)?.id)
    }
}

/// A document on its way.
pub struct Arriving<'a> {
    pub transfers: &'a WorkspaceTransfers,
    pub target: &'a Target,
    /// The document, without its sources.
    pub document: &'a WorkspaceExport,
    /// Its sources.
    pub told: &'a [SourceDocument],
    /// The secrets that came, by their sources.
    pub secrets: Option<&'a HashMap<SourceId, Credentials>>,
    /// The filled stages, by the places of their copies in the document.
    pub stages: Vec<(usize, Stage)>,
    /// Where the stages are.
    pub copies: Option<(String, Arc<Copies>)>,
    /// The tables whose copies came.
    pub came: Vec<TableId>,
    /// Bytes of schemas that were unpacked.
    pub unpacked: u64,
    /// Versions of schemas that were not.
    pub left_out: usize,
}

/// A source that takes what the document has of it.
struct Taking<'a> {
    told: &'a SourceDocument,
    record: SourceRecord,
    known: Vec<KnownTable>,
    /// The ids here of its tables there.
    ids: HashMap<String, String>,
}

impl Arriving<'_> {
    /// Keeps all of it. The rows come last: from the commit of their file to that of the store
    /// nothing else can fail, and what a crash between the two leaves is of no table that is shown.
    pub fn take(
        &mut self,
        tx: &Transaction<'_>,
        checked: Vec<CheckedSource>,
    ) -> Result<Imported, TransferFailure> {
        let target = self.target;
        let (workspace, outcome) = target.take(tx, &self.document.workspace)?;
        let place = Place {
            user: target.user.clone(),
            owner: target.owner.clone(),
            organization: target.organization.clone(),
            workspace,
        };
        let before = sources::list(tx, &place.owner, &place.workspace)?;
        let before: HashMap<_, _> = before
            .into_iter()
            .map(|r| (r.source.id.clone(), r))
            .collect();
        let like: Vec<_> = (checked.iter())
            .map(|source| {
                let same = before
                    .values()
                    .filter(|record| source.is(record.source.engine.as_deref(), &record.settings));
                same.map(|record| record.source.id.clone())
                    .collect::<Vec<_>>()
            })
            .collect();
        let arrived = take_sources(tx, &place, checked)?.ok_or(TransferFailure::NotFound)?;
        let mut summary = ImportSummary {
            tables_imported: arrived.tables,
            ..ImportSummary::default()
        };
        let mut imported = Imported {
            workspace_id: place.workspace.clone(),
            outcome,
            dry_run: false,
            id_map: super::import::renamed(&arrived.ids),
            sources: arrived.sources,
            needs_credentials: Vec::new(),
            summary,
            warnings: Vec::new(),
        };
        if place.workspace != self.document.workspace.id {
            let told = self.document.workspace.id.to_string();
            imported.id_map.insert(told, place.workspace.to_string());
        }
        let mut homes = HashMap::new();
        for ((source, told), like) in imported.sources.iter_mut().zip(self.told).zip(like) {
            if source.created {
                summary.sources_imported += 1;
            } else if !like.contains(&source.id) {
                summary.skipped += 1;
                continue;
            }
            let record = sources::get(tx, &place.owner, &place.workspace, &source.id)?;
            let record = record.ok_or(StoreError::Unreadable("a source"))?;
            let known = tables::known(tx, &place.owner, &place.workspace, &source.id)?;
            let taking = Taking::new(told, record, known);
            let mut filled = source.created;
            if self.credentials(tx, &place, &taking)? {
                source.status = SourceStatus::Connected;
                filled = true;
            }
            let schemas = self.schema(tx, &place, &taking)?;
            summary.schemas_imported += schemas;
            if !filled && schemas == 0 {
                summary.unchanged += 1;
            }
            let renamed = taking.ids.iter().filter(|(told, here)| told != here);
            imported
                .id_map
                .extend(renamed.map(|(t, h)| (t.clone(), h.clone())));
            homes.extend(taking.homes());
        }
        let waiting = imported.sources.iter();
        let waiting = waiting.filter(|s| s.status == SourceStatus::NeedsCredentials);
        imported.needs_credentials = waiting.map(|source| source.name.clone()).collect();
        for project in &self.document.projects {
            let (outcome, kept) =
                take_project(tx, &place, project, &arrived.ids, target.on_conflict)?;
            match outcome {
                Outcome::Created | Outcome::Updated | Outcome::Copied => {
                    summary.projects_imported += 1;
                }
                Outcome::Unchanged => summary.unchanged += 1,
                Outcome::Skipped => summary.skipped += 1,
            }
            if kept.id != project.id {
                (imported.id_map).insert(project.id.to_string(), kept.id.to_string());
            }
        }
        imported.warnings = self.warnings();
        summary.rows_imported = self.rows(tx, &place, &homes)?;
        imported.summary = summary;
        Ok(imported)
    }

    /// Keeps the secrets of a source that waits for them. Answers whether it did.
    fn credentials(
        &self,
        tx: &Transaction<'_>,
        place: &Place,
        taking: &Taking<'_>,
    ) -> Result<bool, TransferFailure> {
        let source = &taking.record.source;
        let came = self.secrets.and_then(|all| all.get(&taking.told.id));
        let waits = source.status == SourceStatus::NeedsCredentials;
        let Some(came) = came.filter(|_| waits) else {
            return Ok(false);
        };
        let has = secrets::get(tx, &place.owner, &place.workspace, &source.id)?;
        if has.is_empty() {
            seal(tx, &self.transfers.vault, place, &source.id, came)?;
        }
        Ok(sources::credentials_came(
            tx,
            &place.owner,
            &place.workspace,
            &source.id,
        )?)
    }

    /// Keeps the schema of a source that has none, and its versions. Answers how many of these came.
    fn schema(
        &mut self,
        tx: &Transaction<'_>,
        place: &Place,
        taking: &Taking<'_>,
    ) -> Result<u64, TransferFailure> {
        let mut all = (0..).zip(&self.document.schemas);
        let Some((at, told)) = all.find(|(_, schema)| schema.source_id == taking.told.id) else {
            return Ok(0);
        };
        let (owner, workspace, id) = (&place.owner, &place.workspace, &taking.record.source.id);
        if versions::latest(tx, owner, workspace, id)?.is_some()
            || captures::head(tx, owner, workspace, id)?.is_some()
        {
            return Ok(0);
        }
        let SchemaExport {
            document_gzip,
            versions,
            ..
        } = told;
        let none = |field: String| TransferError::Unreadable {
            field: format!("schemas[{at}].{field}"),
            expected: "schema of a source",
        };
        let bytes = |text: &String| BASE64.decode(text.as_bytes()).unwrap_or_default();
        let render = self.transfers.render;
        if let Some(text) = document_gzip {
            let known = &taking.known;
            let taken = take_schema(tx, place, &taking.record, known, &bytes(text), render)?;
            self.unpacked += taken.ok_or_else(|| none("document_gzip".to_owned()))?;
        }
        let mut came = 0;
        // The newest are of most use.
        for (number, version) in versions.iter().enumerate().rev() {
            if self.unpacked > MOST_UNPACKED {
                self.left_out += 1;
                continue;
            }
            let arriving = ArrivingVersion {
                number: version.number,
                last_seen_at: version.last_seen_at,
                document_gzip: bytes(&version.document_gzip),
            };
            let taken = take_version(tx, place, &taking.record, &taking.ids, &arriving, render)?;
            self.unpacked +=
                taken.ok_or_else(|| none(format!("versions[{number}].document_gzip")))?;
            came += 1;
        }
        Ok(came)
    }

    /// Lets the staged rows become the copies of tables that have none. Answers how many came, or
    /// would have: a rehearsal has no stages.
    fn rows(
        &mut self,
        tx: &Transaction<'_>,
        place: &Place,
        homes: &HashMap<TableId, (TableId, SourceId)>,
    ) -> Result<u64, TransferFailure> {
        let Some((file, copies)) = self.copies.take() else {
            return self.would_come(tx, place, homes);
        };
        let (owner, workspace) = (&place.owner, &place.workspace);
        let named = workspaces::name_copies_file(tx, owner, workspace, &file)?;
        if named.as_ref() != Some(&file) {
            return Err(TransferFailure::Overtaken);
        }
        let mut arrivals = Vec::new();
        for (at, stage) in std::mem::take(&mut self.stages) {
            let copy = &self.document.copies[at];
            let Some((table, source)) = homes.get(&copy.table_id).cloned() else {
                continue;
            };
            let lacks = copies.get(&table)?.is_none();
            if lacks {
                sources::record_sync(tx, owner, workspace, &source, copy.synced_at)?;
            }
            arrivals.push(Arrival {
                stage,
                table,
                source,
                synced_at: copy.synced_at.as_millisecond(),
                cursor: copy.cursor.clone(),
            });
        }
        let came = copies.arrive(arrivals)?;
        self.came = came.iter().map(|copy| copy.table.clone()).collect();
        Ok(came.iter().map(|copy| copy.rows).sum())
    }

    fn would_come(
        &self,
        tx: &Transaction<'_>,
        place: &Place,
        homes: &HashMap<TableId, (TableId, SourceId)>,
    ) -> Result<u64, TransferFailure> {
        let file = workspaces::known_copies_file(tx, &place.owner, &place.workspace)?;
        let copies = file.map(|file| self.transfers.local.existing(&file));
        let copies = copies.transpose()?.flatten();
        let mut rows = 0;
        for copy in self
            .document
            .copies
            .iter()
            .filter(|copy| copy.data.is_some())
        {
            let Some((table, _)) = homes.get(&copy.table_id) else {
                continue;
            };
            let there = copies
                .as_ref()
                .map(|copies| copies.get(table))
                .transpose()?;
            if there.flatten().is_none() {
                rows += copy.rows;
            }
        }
        Ok(rows)
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let copies = self.document.copies.iter();
        let without = copies.filter(|copy| copy.data.is_none()).count();
        if without > 0 {
            warnings.push(format!(
                "The rows of {without} copied tables did not come along; the next sync copies them anew."
            ));
        }
        if self.left_out > 0 {
            warnings.push(format!(
                "The {} oldest versions of schemas were left out: together they are too large.",
                self.left_out
            ));
        }
        if self.document.secrets.is_some() && self.secrets.is_none() {
            warnings.push(
                "The secrets of the document stay sealed: no passphrase was given.".to_owned(),
            );
        }
        warnings
    }
}

impl<'a> Taking<'a> {
    fn new(told: &'a SourceDocument, record: SourceRecord, known: Vec<KnownTable>) -> Self {
        let by_name: HashMap<_, _> = known.iter().map(|table| (&table.name, &table.id)).collect();
        let ids = told.tables.iter().filter_map(|table| {
            let here = by_name.get(&table.reference())?;
            Some((table.id.to_string(), here.to_string()))
        });
        Self {
            told,
            record,
            ids: ids.collect(),
            known,
        }
    }

    /// The tables that may have a copy here: by the ids of the document.
    fn homes(&self) -> Vec<(TableId, (TableId, SourceId))> {
        let shown = self.known.iter().filter(|table| !table.hidden);
        let shown: HashMap<_, _> = shown.map(|table| (&table.name, &table.id)).collect();
        let tables = self.told.tables.iter().filter(|table| !table.hidden);
        let homes = tables.filter_map(|table| {
            let here = (*shown.get(&table.reference())?).clone();
            Some((table.id.clone(), (here, self.record.source.id.clone())))
        });
        homes.collect()
    }
}
