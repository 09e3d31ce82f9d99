//! A project out of a document.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{ProjectError, Projects, name_of_copy, put};
use crate::model::project::Project;
use crate::model::source::SourceStatus;
use crate::model::{ProjectId, SourceId};
use crate::services::sources::Place;
use crate::services::transfer::{
    Arrived, ArrivedSource, CheckedSource, IdMap, ProjectDocument, ProjectExport, TransferError,
    check_sources, take_sources,
};
use crate::store::projects::{self, ProjectDraft};
use crate::store::{StoreError, Transaction};

/// What becomes of a project whose id the workspace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// It becomes what the document says.
    #[default]
    Update,
    /// It stays as it is.
    Skip,
    /// It stays as it is, and the document's comes beside it under an id of its own.
    Copy,
}

/// A document to be imported: checked, and read.
#[derive(Debug)]
pub struct ImportProject {
    /// The document.
    pub document: ProjectExport,
    /// What becomes of a project whose id is there.
    pub on_conflict: OnConflict,
    /// Whether nothing is kept of it.
    pub dry_run: bool,
}

/// What an import did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ImportedProject)]
pub struct Imported {
    /// The project's id here.
    pub project_id: ProjectId,
    /// The project as it is now.
    pub project: Project,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether nothing of all this was kept.
    pub dry_run: bool,
    /// Ids that are others here than in the document: by the document's.
    #[schema(value_type = Object)]
    pub id_map: IdMap,
    /// The document's sources as they stand here.
    pub sources: Vec<ArrivedSource>,
    /// The names of sources that wait for their credentials.
    pub needs_credentials: Vec<String>,
    /// How much came.
    pub summary: ImportSummary,
}

/// What became of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It came under its own id.
    Created,
    /// The one that was there became what the document says.
    Updated,
    /// The one that was there is what the document says.
    Unchanged,
    /// The one that was there stays as it is.
    Skipped,
    /// It came beside the one that was there.
    Copied,
}

/// How much an import brought or changed.
#[derive(Debug, Clone, Copy, Default, Serialize, utoipa::ToSchema)]
#[schema(as = ProjectImportSummary)]
#[allow(
    clippy::struct_field_names,
    reason = "the fields are named as callers read them"
)]
pub struct ImportSummary {
    /// Projects that came or changed.
    pub projects_imported: u64,
    /// Sources that came.
    pub sources_imported: u64,
    /// Tables that came with them.
    pub tables_imported: u64,
}

impl Projects {
    /// Lets a project and its sources take their place in a workspace: all of it, or nothing. The
    /// workspace's own sources stay as they are.
    pub async fn import(
        &self,
        place: &Place,
        import: ImportProject,
    ) -> Result<Imported, ProjectError> {
        let place = place.clone();
        let ImportProject {
            document,
            on_conflict,
            dry_run,
        } = import;
        let project = document.project;
        let dangling = {
            let told: HashSet<_> = document.sources.iter().map(|source| &source.id).collect();
            let mut references = project.source_ids.iter();
            references.position(|id| !told.contains(id))
        };
        if let Some(at) = dangling {
            let field = format!("project.source_ids[{at}]");
            return Err(TransferError::Dangling { field }.into());
        }
        let checked = spawn_blocking(move || check_sources(document.sources)).await;
        let sources = checked.map_err(|_| StoreError::Stopped)??;
        if dry_run {
            let work = move |tx: &Transaction<'_>| take(tx, &place, &project, sources, on_conflict);
            let imported = self.store.rehearse(work).await?;
            Ok(Imported {
                dry_run,
                ..imported
            })
        } else {
            let work = move |tx: &Transaction<'_>| take(tx, &place, &project, sources, on_conflict);
            self.store.write(work).await
        }
    }
}

fn take(
    tx: &Transaction<'_>,
    place: &Place,
    document: &ProjectDocument,
    sources: Vec<CheckedSource>,
    on_conflict: OnConflict,
) -> Result<Imported, ProjectError> {
    let arrived = take_sources(tx, place, sources)?.ok_or(ProjectError::NotFound("workspace"))?;
    let (outcome, project) = take_project(tx, place, document, &arrived.ids, on_conflict)?;
    Ok(report(&document.id, outcome, project, arrived))
}

/// Lets a project of a document take its place; `ids` are those here of the document's sources.
pub(in crate::services) fn take_project(
    tx: &Transaction<'_>,
    place: &Place,
    document: &ProjectDocument,
    ids: &HashMap<SourceId, SourceId>,
    on_conflict: OnConflict,
) -> Result<(Outcome, Project), ProjectError> {
    let source_ids = document.source_ids.iter();
    let source_ids: Vec<SourceId> = source_ids.filter_map(|id| ids.get(id).cloned()).collect();
    let there = projects::get(tx, &place.owner, &place.workspace, &document.id)?;
    let save = |id: &ProjectId, name: &str| save(tx, place, document, id, name, &source_ids);
    Ok(match (there, on_conflict) {
        (None, _) => (Outcome::Created, save(&document.id, &document.name)?),
        (Some(there), OnConflict::Skip) => (Outcome::Skipped, there),
        (Some(_), OnConflict::Copy) => {
            let name = name_of_copy(&document.name);
            (Outcome::Copied, save(&ProjectId::generate(), &name)?)
        }
        (Some(there), OnConflict::Update) if is_same(&there, document, &source_ids) => {
            (Outcome::Unchanged, there)
        }
        (Some(_), OnConflict::Update) => (Outcome::Updated, save(&document.id, &document.name)?),
    })
}

fn save(
    tx: &Transaction<'_>,
    place: &Place,
    document: &ProjectDocument,
    id: &ProjectId,
    name: &str,
    source_ids: &[SourceId],
) -> Result<Project, ProjectError> {
    let metadata = document.metadata.clone().unwrap_or_default();
    let draft = ProjectDraft {
        id,
        name,
        // What the document does not have is not kept of what was there.
        description: Some(document.description.as_deref().unwrap_or_default()),
        metadata: Some(&metadata),
    };
    put(tx, place, &draft, Some(source_ids))
}

fn is_same(there: &Project, document: &ProjectDocument, source_ids: &[SourceId]) -> bool {
    let (had, told): (HashSet<_>, HashSet<_>) = (
        there.source_ids.iter().collect(),
        source_ids.iter().collect(),
    );
    there.name == document.name
        && there.description.as_deref().unwrap_or_default()
            == document.description.as_deref().unwrap_or_default()
        && there.metadata == document.metadata.clone().unwrap_or_default()
        && had == told
}

fn report(told: &ProjectId, outcome: Outcome, project: Project, arrived: Arrived) -> Imported {
    let of_sources = arrived.ids.iter().filter(|(told, here)| told != here);
    let mut id_map: IdMap = of_sources
        .map(|(told, here)| (told.to_string(), here.to_string()))
        .collect();
    if *told != project.id {
        id_map.insert(told.to_string(), project.id.to_string());
    }
    let waiting = arrived
        .sources
        .iter()
        .filter(|s| s.status == SourceStatus::NeedsCredentials);
    let came = arrived.sources.iter().filter(|source| source.created);
    let summary = ImportSummary {
        projects_imported: match outcome {
            Outcome::Created | Outcome::Updated | Outcome::Copied => 1,
            Outcome::Unchanged | Outcome::Skipped => 0,
        },
        sources_imported: came.count() as u64,
        tables_imported: arrived.tables,
    };
    Imported {
        project_id: project.id.clone(),
        project,
        outcome,
        dry_run: false,
        id_map,
        needs_credentials: waiting.map(|source| source.name.clone()).collect(),
        sources: arrived.sources,
        summary,
    }
}
