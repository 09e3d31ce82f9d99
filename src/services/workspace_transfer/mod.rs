//! A workspace as a document, and such a document as a workspace again.

mod arriving;
mod cells;
mod copies;
mod document;
mod export;
mod import;
mod sealing;

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::permission::Denied;
use crate::local::{Local, LocalError};
use crate::services::projects::ProjectError;
use crate::services::sources::{Render, SourceError};
use crate::services::transfer::TransferError;
use crate::store::{Store, StoreError};
use crate::vault::{Vault, VaultError};

pub use document::{Summary, WorkspaceDocument, WorkspaceExport};
pub use export::ExportWorkspace;
pub use import::{ImportWorkspace, Imported};

/// The most bytes of a document. A little less than a body may have, so that what was exported can
/// be imported, with the words around it.
pub const MOST_BYTES: usize = (50 << 20) - (64 << 10);

/// Exports and imports of workspaces. Cheap to clone.
#[derive(Clone)]
pub struct WorkspaceTransfers {
    store: Store,
    local: Local,
    vault: Vault,
    passwords: Passwords,
    render: Render,
}

impl WorkspaceTransfers {
    /// Of the workspaces in `store`, their copies in `local`, their secrets sealed by `vault`.
    /// Passphrases take their turns with logins, in `passwords`.
    #[must_use]
    pub fn new(
        store: Store,
        local: Local,
        vault: Vault,
        passwords: Passwords,
        render: Render,
    ) -> Self {
        Self {
            store,
            local,
            vault,
            passwords,
            render,
        }
    }
}

/// What can go wrong with an export or an import.
#[derive(Debug, thiserror::Error)]
pub enum TransferFailure {
    /// The caller's role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such workspace, or it is not the caller's.
    #[error("there is no such workspace")]
    NotFound,
    /// The document would be too large.
    #[error("the workspace is too large for one answer")]
    TooLarge,
    /// The document is not taken.
    #[error(transparent)]
    Document(#[from] TransferError),
    /// The workspace was changed while it was imported into.
    #[error("the workspace was changed meanwhile")]
    Overtaken,
    /// No key could be made of the passphrase.
    #[error(transparent)]
    Passphrase(#[from] PasswordError),
    /// A project could not be kept.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A source could not be kept.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The copied rows could not be read or written.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Something could not be written or read.
    #[error("a kept document is damaged")]
    Json(#[from] serde_json::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
