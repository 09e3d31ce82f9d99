//! Projects: sources of a workspace, put together for a purpose.

mod copy;
mod export;
mod import;

use std::collections::HashSet;

use serde_json::{Map, Value};

pub use copy::Copied;
pub(super) use import::take_project;
pub use import::{ImportProject, Imported, OnConflict, Outcome};

use super::sources::{Cleaned, Place};
use super::transfer::TransferError;
use crate::model::project::Project;
use crate::model::source::Source;
use crate::model::{ProjectId, SourceId};
use crate::store::projects::{self, ProjectDraft};
use crate::store::sources::{self, Deleted};
use crate::store::{Store, StoreError, Transaction};

/// The projects of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Projects {
    store: Store,
}

/// What can go wrong with a project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A new project has no name.
    #[error("a new project needs a name")]
    NoName,
    /// The workspace does not have these sources.
    #[error("the workspace does not have these sources: {}", named(.0))]
    UnknownSources(Vec<SourceId>),
    /// The document is not taken.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// A document could not be written or read.
    #[error("a kept document is damaged")]
    Document(#[from] serde_json::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn named(ids: &[SourceId]) -> String {
    let names: Vec<_> = ids.iter().take(20).map(SourceId::as_str).collect();
    names.join(", ")
}

/// A project to be saved. What is absent stays as it was where the project is there.
#[derive(Debug, Clone)]
pub struct SaveProject {
    /// Its id; a new one is made where absent.
    pub id: Option<ProjectId>,
    /// Its name, which a new project needs.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whatever the caller keeps with it.
    pub metadata: Option<Map<String, Value>>,
    /// The sources that it refers to.
    pub source_ids: Option<Vec<SourceId>>,
}

impl Projects {
    /// Projects kept in `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Creates a project, or updates the one of that id in the workspace.
    pub async fn save(&self, place: &Place, save: SaveProject) -> Result<Project, ProjectError> {
        let place = place.clone();
        self.store
            .write(move |tx| {
                let known = match &save.id {
                    Some(id) => projects::get(tx, &place.owner, &place.workspace, id)?,
                    None => None,
                };
                let name = save.name.or(known.map(|project| project.name));
                let id = save.id.unwrap_or_else(ProjectId::generate);
                let draft = ProjectDraft {
                    id: &id,
                    name: &name.ok_or(ProjectError::NoName)?,
                    description: save.description.as_deref(),
                    metadata: save.metadata.as_ref(),
                };
                put(tx, &place, &draft, save.source_ids.as_deref())
            })
            .await
    }

    /// The projects of several workspaces, one after the other, each one's oldest first.
    pub async fn list(&self, places: Vec<Place>) -> Result<Vec<Project>, ProjectError> {
        self.store
            .read(move |conn| {
                let mut all = Vec::new();
                for place in &places {
                    all.extend(projects::list(conn, &place.owner, &place.workspace)?);
                }
                Ok(all)
            })
            .await
    }

    /// A project with its sources, those by name.
    pub async fn load(
        &self,
        place: &Place,
        id: ProjectId,
    ) -> Result<(Project, Vec<Source>), ProjectError> {
        let place = place.clone();
        self.store
            .read(move |conn| {
                let project = projects::get(conn, &place.owner, &place.workspace, &id)?
                    .ok_or(ProjectError::NotFound("project"))?;
                let ids: HashSet<_> = project.source_ids.iter().collect();
                let records = sources::list(conn, &place.owner, &place.workspace)?;
                let of_it = records.into_iter().map(|record| record.source);
                let of_it = of_it.filter(|source| ids.contains(&source.id)).collect();
                Ok((project, of_it))
            })
            .await
    }

    /// Deletes the named projects, or all of the workspace where none is named. Their sources stay.
    pub async fn cleanup(
        &self,
        place: &Place,
        ids: Option<Vec<String>>,
    ) -> Result<Cleaned, ProjectError> {
        let place = place.clone();
        let Deleted { deleted, not_found } = self
            .store
            .write(move |tx| -> Result<_, ProjectError> {
                let Place {
                    owner, workspace, ..
                } = &place;
                let Some(ids) = ids else {
                    let all = projects::delete_all(tx, owner, workspace)?;
                    return Ok(Deleted {
                        deleted: all.into_iter().map(Into::into).collect(),
                        not_found: Vec::new(),
                    });
                };
                Ok(projects::delete_many(tx, owner, workspace, &ids)?)
            })
            .await?;
        Ok(Cleaned {
            deleted_count: deleted.len(),
            deleted_ids: deleted,
            not_found_ids: not_found,
        })
    }
}

/// Saves a project, and the sources that it refers to where they are told.
fn put(
    tx: &Transaction<'_>,
    place: &Place,
    draft: &ProjectDraft<'_>,
    source_ids: Option<&[SourceId]>,
) -> Result<Project, ProjectError> {
    let Place {
        owner, workspace, ..
    } = place;
    if !projects::save(tx, owner, workspace, draft)? {
        return Err(ProjectError::NotFound("workspace"));
    }
    if let Some(ids) = source_ids {
        let unknown = projects::set_sources(tx, owner, workspace, draft.id, ids)?;
        let unknown = unknown.ok_or(ProjectError::NotFound("project"))?;
        if !unknown.is_empty() {
            return Err(ProjectError::UnknownSources(unknown));
        }
    }
    projects::get(tx, owner, workspace, draft.id)?.ok_or(ProjectError::NotFound("project"))
}

/// The name of a copy beside its original. It is no longer than a name may be.
pub(super) fn name_of_copy(name: &str) -> String {
    let beginning: String = name.chars().take(190).collect();
    format!("{} (copy)", beginning.trim_end())
}
