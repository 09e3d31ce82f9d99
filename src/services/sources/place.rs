//! Where a call on sources takes place: whose workspace.

use crate::auth::permission::{Access, authorize};
use crate::model::{Caller, OrganizationId, Owner, Scope, UserId, WorkspaceId, WorkspaceRef};
use crate::store::workspaces;

use super::{SourceError, Sources};

/// A workspace that the caller may use for what was asked, and its owner. Made by
/// [`Sources::place`] alone.
#[derive(Debug, Clone)]
pub struct Place {
    /// Who asks.
    pub user: UserId,
    /// Whose it is.
    pub owner: Owner,
    /// The organization of the caller, into which secrets are bound.
    pub organization: OrganizationId,
    /// The workspace.
    pub workspace: WorkspaceId,
}

impl Sources {
    /// Finds the workspace that a caller means, and checks that they may use it so. The default
    /// workspace is made on first use.
    pub async fn place(
        &self,
        caller: &Caller,
        scope: Scope,
        reference: WorkspaceRef,
        access: Access,
    ) -> Result<Place, SourceError> {
        let owner = authorize(caller, scope, access)?;
        let wanted = owner.clone();
        let named = reference.clone();
        let found = self
            .store
            .read(move |conn| workspaces::resolve(conn, &wanted, &named))
            .await?;
        let workspace = match (found, reference) {
            (Some(workspace), _) => workspace,
            (None, WorkspaceRef::Default) => {
                let owner = owner.clone();
                self.store
                    .write(move |tx| workspaces::default_workspace(tx, &owner))
                    .await?
            }
            (None, WorkspaceRef::Id(_)) => return Err(SourceError::NotFound("workspace")),
        };
        Ok(Place {
            user: caller.user_id.clone(),
            owner,
            organization: caller.organization_id.clone(),
            workspace,
        })
    }
}
