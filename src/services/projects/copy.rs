//! Copying a project, within its workspace or into another one.

use serde::Serialize;

use super::{ProjectError, Projects, name_of_copy, put};
use crate::model::ProjectId;
use crate::model::project::Project;
use crate::services::sources::Place;
use crate::store::projects::{self, ProjectDraft};
use crate::store::sources;

/// A copy of a project.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = CopiedProject)]
pub struct Copied {
    /// The copy's id.
    pub project_id: ProjectId,
    /// The copy.
    #[serde(flatten)]
    pub project: Project,
    /// The names of the project's sources that the other workspace does not have.
    pub missing_sources: Vec<String>,
}

impl Projects {
    /// Copies a project. Within its workspace the copy refers to the same sources; in another one, to
    /// those of the same names. No source is copied.
    pub async fn copy(
        &self,
        from: &Place,
        id: ProjectId,
        to: &Place,
        name: Option<String>,
    ) -> Result<Copied, ProjectError> {
        let (from, to) = (from.clone(), to.clone());
        self.store
            .write(move |tx| {
                let original = projects::get(tx, &from.owner, &from.workspace, &id)?
                    .ok_or(ProjectError::NotFound("project"))?;
                let beside = from.owner == to.owner && from.workspace == to.workspace;
                let mut missing_sources = Vec::new();
                let source_ids = if beside {
                    original.source_ids.clone()
                } else {
                    let mut found = Vec::new();
                    for source in &original.source_ids {
                        let record = sources::get(tx, &from.owner, &from.workspace, source)?;
                        let Some(name) = record.map(|record| record.source.name) else {
                            continue;
                        };
                        match sources::get_by_name(tx, &to.owner, &to.workspace, &name)? {
                            Some(there) => found.push(there.source.id),
                            None => missing_sources.push(name),
                        }
                    }
                    found
                };
                let name = name.unwrap_or_else(|| {
                    if beside {
                        name_of_copy(&original.name)
                    } else {
                        original.name.clone()
                    }
                });
                let draft = ProjectDraft {
                    id: &ProjectId::generate(),
                    name: &name,
                    description: original.description.as_deref(),
                    metadata: Some(&original.metadata),
                };
                let project = put(tx, &to, &draft, Some(&source_ids))?;
                Ok(Copied {
                    project_id: project.id.clone(),
                    project,
                    missing_sources,
                })
            })
            .await
    }
}
