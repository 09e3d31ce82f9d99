//! A document on its way into a workspace, within the transaction that keeps it.

use std::collections::HashMap;

use super::document::WorkspaceExport;
use super::ground::Ground;
use super::import::{ImportSummary, Imported};
use super::plan::{Home, Plan};
use super::schemas::Schemas;
use super::target::Target;
use super::{TransferFailure, WorkspaceTransfers};
use crate::connectors::Credentials;
use crate::local::Arrival;
use crate::model::source::SourceStatus;
use crate::model::{SourceId, TableId};
use crate::services::projects::{Outcome, take_project};
use crate::services::sources::{Place, SchemaHome, seal};
use crate::services::transfer::{Arrived, CheckedSource, SourceDocument, take_sources};
use crate::store::sources::SourceRecord;
use crate::store::{
    StoreError, Transaction, captures, secrets, sources, tables, versions, workspaces,
};

/// A document on its way.
pub struct Arriving<'a, 'g> {
    pub transfers: &'a WorkspaceTransfers,
    pub target: &'a Target,
    /// The document, without its sources.
    pub document: &'a WorkspaceExport,
    /// Its sources.
    pub told: &'a [SourceDocument],
    /// The secrets that came, by their sources.
    pub secrets: Option<&'a HashMap<SourceId, Credentials>>,
    /// As what its sources were foreseen.
    pub plan: &'a Plan,
    /// Whether the rows of copies came along that have none in the document.
    pub rows_beside: bool,
    /// The schemas that came.
    pub schemas: &'a mut Schemas,
    /// The rows and files that came; none of a rehearsal.
    pub ground: Option<&'a mut Ground<'g>>,
    /// Files that came.
    pub files: u64,
}

/// A source that takes what the document has of it.
struct Taking<'a> {
    told: &'a SourceDocument,
    record: SourceRecord,
    created: bool,
    home: SchemaHome,
}

/// The workspace with the document's sources in it.
struct Settled<'a> {
    place: Place,
    outcome: Outcome,
    arrived: Arrived,
    /// The sources that take something, in the document's order.
    takings: Vec<Option<Taking<'a>>>,
}

/// Lets workspace and sources take their place.
fn settle<'a>(
    tx: &Transaction<'_>,
    target: &Target,
    document: &WorkspaceExport,
    told: &'a [SourceDocument],
    checked: Vec<CheckedSource>,
) -> Result<Settled<'a>, TransferFailure> {
    let (workspace, outcome) = target.take(tx, &document.workspace)?;
    let place = Place {
        user: target.user.clone(),
        owner: target.owner.clone(),
        organization: target.organization.clone(),
        workspace,
    };
    let before = sources::list(tx, &place.owner, &place.workspace)?;
    let like: Vec<_> = (checked.iter())
        .map(|source| {
            let same = (before.iter())
                .filter(|record| source.is(record.source.engine.as_deref(), &record.settings));
            same.map(|record| record.source.id.clone())
                .collect::<Vec<_>>()
        })
        .collect();
    let arrived = take_sources(tx, &place, checked)?.ok_or(TransferFailure::NotFound)?;
    let mut takings = Vec::new();
    for ((source, told), like) in arrived.sources.iter().zip(told).zip(like) {
        if !source.created && !like.contains(&source.id) {
            takings.push(None);
            continue;
        }
        let record = sources::get(tx, &place.owner, &place.workspace, &source.id)?;
        let record = record.ok_or(StoreError::Unreadable("a source"))?;
        let known = tables::known(tx, &place.owner, &place.workspace, &source.id)?;
        let by_name: HashMap<_, _> = known.iter().map(|table| (&table.name, &table.id)).collect();
        let ids = told.tables.iter().filter_map(|table| {
            let here = by_name.get(&table.reference())?;
            Some((table.id.to_string(), here.to_string()))
        });
        let home = SchemaHome {
            source: source.id.clone(),
            name: record.source.name.clone(),
            ids: ids.collect(),
            known,
        };
        takings.push(Some(Taking {
            told,
            record,
            created: source.created,
            home,
        }));
    }
    Ok(Settled {
        place,
        outcome,
        arrived,
        takings,
    })
}

/// Finds out where all of a document would be. To be called in a transaction that is taken back.
pub fn plan(
    tx: &Transaction<'_>,
    target: &Target,
    document: &WorkspaceExport,
    told: &[SourceDocument],
    checked: Vec<CheckedSource>,
) -> Result<Plan, TransferFailure> {
    let settled = settle(tx, target, document, told, checked)?;
    let mut plan = Plan::default();
    for taking in settled.takings.into_iter().flatten() {
        let lacks_schema = taking.lacks_schema(tx, &settled.place)?;
        let home = Home {
            lacks_schema,
            created: taking.created,
            tables: taking.tables(),
            schema: taking.home,
        };
        plan.homes.insert(taking.told.id.clone(), home);
    }
    Ok(plan)
}

impl Arriving<'_, '_> {
    /// Keeps all of it. The rows come last: from the commit of their file to that of the store
    /// nothing else can fail, and what a crash between the two leaves is of no table that is shown.
    pub fn take(
        &mut self,
        tx: &Transaction<'_>,
        checked: Vec<CheckedSource>,
    ) -> Result<Imported, TransferFailure> {
        let target = self.target;
        let Settled {
            place,
            outcome,
            arrived,
            takings,
        } = settle(tx, target, self.document, self.told, checked)?;
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
        for (source, taking) in imported.sources.iter_mut().zip(&takings) {
            let Some(taking) = taking else {
                summary.skipped += 1;
                continue;
            };
            summary.sources_imported += u64::from(source.created);
            let mut filled = source.created;
            if self.credentials(tx, &place, taking)? {
                source.status = SourceStatus::Connected;
                filled = true;
            }
            let schemas = self.schema(tx, &place, taking)?;
            summary.schemas_imported += schemas;
            if !filled && schemas == 0 {
                summary.unchanged += 1;
            }
            let renamed = taking.home.ids.iter().filter(|(told, here)| told != here);
            imported
                .id_map
                .extend(renamed.map(|(t, h)| (t.clone(), h.clone())));
            let tables = taking.tables().into_iter();
            homes.extend(tables.map(|(told, here)| (told, (here, taking.home.source.clone()))));
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
        summary.files_imported = self.files;
        summary.rows_imported = self.rows(tx, &place, &homes)?;
        if let Some(ground) = &mut self.ground {
            let (came, stayed) = ground.place_files()?;
            summary.files_imported = came;
            if stayed > 0 {
                let warning = format!(
                    "{stayed} files are there under the same names: they stay as they are."
                );
                imported.warnings.push(warning);
            }
        }
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
        let Some((at, _)) = all.find(|(_, schema)| schema.source_id == taking.told.id) else {
            return Ok(0);
        };
        if !taking.lacks_schema(tx, place)? {
            return Ok(0);
        }
        // It was made ready for a source of just these tables.
        if self.plan.wants_schema(&taking.told.id) != Some(&taking.home) {
            return Err(TransferFailure::Overtaken);
        }
        self.schemas.keep(tx, place, at, &taking.home.source)
    }

    /// Lets the staged rows become the copies of tables that have none. Answers how many came, or
    /// would have.
    fn rows(
        &mut self,
        tx: &Transaction<'_>,
        place: &Place,
        homes: &HashMap<TableId, (TableId, SourceId)>,
    ) -> Result<u64, TransferFailure> {
        let Some(ground) = &mut self.ground else {
            let copies = self.document.copies.iter();
            let come = copies.filter(|copy| {
                let travels = self.rows_beside || copy.data.is_some();
                travels && self.plan.wants_rows(&copy.table_id)
            });
            return Ok(come.map(|copy| copy.rows).sum());
        };
        let (owner, workspace) = (&place.owner, &place.workspace);
        let named = workspaces::name_copies_file(tx, owner, workspace, &ground.file)?;
        if named.as_ref() != Some(&ground.file) {
            return Err(TransferFailure::Overtaken);
        }
        if ground.stages.is_empty() {
            return Ok(0);
        }
        let copies = ground.copies()?;
        let mut arrivals = Vec::new();
        for (at, stage) in std::mem::take(&mut ground.stages) {
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
        ground.came = came.iter().map(|copy| copy.table.clone()).collect();
        Ok(came.iter().map(|copy| copy.rows).sum())
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let copies = self.document.copies.iter();
        let without = copies.filter(|copy| !self.rows_beside && copy.data.is_none());
        let without = without.count();
        if without > 0 {
            warnings.push(format!(
                "The rows of {without} copied tables did not come along; the next sync copies them anew."
            ));
        }
        if self.schemas.left_out > 0 {
            warnings.push(format!(
                "The {} oldest versions of schemas were left out: together they are too large.",
                self.schemas.left_out
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

impl Taking<'_> {
    fn lacks_schema(&self, tx: &Transaction<'_>, place: &Place) -> Result<bool, StoreError> {
        let (owner, workspace, id) = (&place.owner, &place.workspace, &self.home.source);
        Ok(versions::latest(tx, owner, workspace, id)?.is_none()
            && captures::head(tx, owner, workspace, id)?.is_none())
    }

    /// The tables that may have a copy here: by the ids of the document.
    fn tables(&self) -> Vec<(TableId, TableId)> {
        let shown = self.home.known.iter().filter(|table| !table.hidden);
        let shown: HashMap<_, _> = shown.map(|table| (&table.name, &table.id)).collect();
        let tables = self.told.tables.iter().filter(|table| !table.hidden);
        let homes = tables.filter_map(|table| {
            let here = (*shown.get(&table.reference())?).clone();
            Some((table.id.clone(), here))
        });
        homes.collect()
    }
}
