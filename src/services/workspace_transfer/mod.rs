//! A workspace as a document, and such a document as a workspace again.

mod archive;
mod arriving;
mod cells;
mod copies;
mod document;
mod export;
mod filling;
mod ground;
mod import;
mod incoming;
mod plan;
mod schemas;
mod sealing;
mod spool;
mod target;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::permission::Denied;
use crate::local::{Local, LocalError};
use crate::services::projects::ProjectError;
use crate::services::sources::{Render, SourceError};
use crate::services::transfer::TransferError;
use crate::store::{Store, StoreError};
use crate::vault::{Vault, VaultError};

pub use archive::{Archive, ArchiveError, MAGIC, Pieces, ReceivingArchive};
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
    data_dir: Arc<Path>,
    uploads: Arc<Uploads>,
    /// Those that write at a time; others wait.
    imports: Arc<Semaphore>,
    /// Archives that are read at a time: each holds a state of the copies.
    archives: Arc<Semaphore>,
}

/// Where the files are that callers sent, and how many bytes they may have.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// The folder of all of them.
    pub folder: PathBuf,
    /// The most bytes of a file.
    pub file_limit: u64,
    /// The most bytes of all files of a workspace.
    pub workspace_limit: u64,
}

/// Imports at a time, and archives that are written at a time.
const IMPORTS: usize = 2;
const ARCHIVES: usize = 16;

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
        data_dir: &Path,
        uploads: Uploads,
    ) -> Self {
        Self {
            store,
            local,
            vault,
            passwords,
            render,
            data_dir: data_dir.into(),
            uploads: Arc::new(uploads),
            imports: Arc::new(Semaphore::new(IMPORTS)),
            archives: Arc::new(Semaphore::new(ARCHIVES)),
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
    /// The archive is not taken.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// More is sent than may be.
    #[error("the archive has more than {0} bytes")]
    TooMuch(u64),
    /// A file in the archive is larger than one may be that is sent.
    #[error("the file '{name}' in the archive has more than {limit} bytes")]
    FileTooLarge {
        /// Its name.
        name: String,
        /// How many it may have.
        limit: u64,
    },
    /// Too many archives are being written.
    #[error("too many archives are being written")]
    Busy,
    /// Nobody waits for it any more.
    #[error("the caller hung up")]
    Abandoned,
    /// A file could not be read or written.
    #[error("a file could not be read or written")]
    Io(#[from] io::Error),
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
