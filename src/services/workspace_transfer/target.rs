//! Where a document goes.

use super::TransferFailure;
use super::document::{WorkspaceDocument, WorkspaceExport};
use crate::model::{OrganizationId, Owner, UserId, WorkspaceId, WorkspaceRef};
use crate::services::projects::{OnConflict, Outcome, name_of_copy};
use crate::store::workspaces::{self, WorkspaceDraft};
use crate::store::{Connection, StoreError, Transaction};

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
    pub fn take(
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
