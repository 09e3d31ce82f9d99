//! Workspaces: saving, listing, loading, deleting.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::auth::permission::{Access, Denied, authorize};
use crate::connectors::files::UPLOADS;
use crate::local::{Local, LocalError};
use crate::model::workspace::Workspace;
use crate::model::{Caller, Scope, WorkspaceId, WorkspaceRef};
use crate::store::workspaces::{self, WorkspaceDraft};
use crate::store::{Store, StoreError, projects, sources};

use crate::model::project::Project;
use crate::model::source::Source;

/// The workspaces of all users and organizations. Cheap to clone.
#[derive(Clone)]
pub struct Workspaces {
    store: Store,
    local: Local,
    uploads: PathBuf,
}

/// What can go wrong with a workspace.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The caller's role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is none, or it is not the caller's.
    #[error("there is no such workspace")]
    NotFound,
    /// The copied rows could not be deleted.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A workspace to be saved.
#[derive(Debug, Clone)]
pub struct SaveWorkspace {
    /// Its id; a new one is made where absent.
    pub id: Option<WorkspaceRef>,
    /// Its name.
    pub name: String,
    /// What it is for; absent keeps the old.
    pub description: Option<String>,
    /// Whatever the caller keeps with it; absent keeps the old.
    pub metadata: Option<Map<String, Value>>,
}

impl Workspaces {
    /// Workspaces kept in `store`, their copied rows in `local`, and the files that were sent to
    /// them in `files`.
    #[must_use]
    pub fn new(store: Store, local: Local, files: &Path) -> Self {
        Self {
            store,
            local,
            uploads: files.join(UPLOADS),
        }
    }

    /// Creates a workspace, or updates the one of that id.
    pub async fn save(
        &self,
        caller: &Caller,
        scope: Scope,
        save: SaveWorkspace,
    ) -> Result<Workspace, WorkspaceError> {
        let owner = authorize(caller, scope, Access::Write)?;
        self.store
            .write(move |tx| {
                let id = match save.id {
                    None => None,
                    Some(WorkspaceRef::Id(id)) => Some(id),
                    Some(WorkspaceRef::Default) => Some(workspaces::default_workspace(tx, &owner)?),
                };
                let draft = WorkspaceDraft {
                    id: id.as_ref(),
                    name: &save.name,
                    description: save.description.as_deref(),
                    metadata: save.metadata.as_ref(),
                };
                Ok(workspaces::save(tx, &owner, &draft)?)
            })
            .await
    }

    /// The workspaces of a scope, the oldest first.
    pub async fn list(
        &self,
        caller: &Caller,
        scope: Scope,
    ) -> Result<Vec<Workspace>, WorkspaceError> {
        let owner = authorize(caller, scope, Access::Read)?;
        self.store
            .read(move |conn| Ok(workspaces::list(conn, &owner)?))
            .await
    }

    /// A workspace with its sources and its projects. The default one is made on first use.
    pub async fn load(
        &self,
        caller: &Caller,
        scope: Scope,
        reference: WorkspaceRef,
    ) -> Result<(Workspace, Vec<Source>, Vec<Project>), WorkspaceError> {
        let owner = authorize(caller, scope, Access::Read)?;
        if reference == WorkspaceRef::Default {
            let owner = owner.clone();
            self.store
                .write(move |tx| workspaces::default_workspace(tx, &owner))
                .await?;
        }
        self.store
            .read(move |conn| {
                let id = workspaces::resolve(conn, &owner, &reference)?
                    .ok_or(WorkspaceError::NotFound)?;
                let workspace =
                    workspaces::get(conn, &owner, &id)?.ok_or(WorkspaceError::NotFound)?;
                let records = sources::list(conn, &owner, &id)?;
                Ok((
                    workspace,
                    records.into_iter().map(|record| record.source).collect(),
                    projects::list(conn, &owner, &id)?,
                ))
            })
            .await
    }

    /// Deletes a workspace and all that hangs below it. Answers its id.
    pub async fn delete(
        &self,
        caller: &Caller,
        scope: Scope,
        reference: WorkspaceRef,
    ) -> Result<WorkspaceId, WorkspaceError> {
        let owner = authorize(caller, scope, Access::Write)?;
        let (id, file) = self
            .store
            .write(move |tx| {
                let id =
                    workspaces::resolve(tx, &owner, &reference)?.ok_or(WorkspaceError::NotFound)?;
                let file = workspaces::known_copies_file(tx, &owner, &id)?;
                if workspaces::delete(tx, &owner, &id)? {
                    Ok((id, file))
                } else {
                    Err(WorkspaceError::NotFound)
                }
            })
            .await?;
        if let Some(file) = file {
            let local = self.local.clone();
            let uploads = self.uploads.join(&file);
            let removed = tokio::task::spawn_blocking(move || {
                match std::fs::remove_dir_all(&uploads) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        // The workspace is gone, and nobody can reach them any more.
                        tracing::warn!(%error, folder = %uploads.display(), "files that were sent are left over");
                    }
                    _ => {}
                }
                local.remove(&file)
            });
            removed.await.map_err(|_| StoreError::Stopped)??;
        }
        Ok(id)
    }
}
