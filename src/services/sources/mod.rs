//! Sources: connecting, testing, listing, reading their schemas, and letting go of them.

mod arrival;
mod attempts;
mod capture;
mod catalog;
mod connect;
mod contact;
mod details;
mod direct;
mod document;
mod flights;
mod fresh;
mod gzip;
mod place;
mod reach;
mod refresh;
mod rename;
mod report;
mod schema;
mod search;
mod secrets;
mod shape;
mod uploads;
mod versions;

use std::sync::Arc;

pub(in crate::services) use arrival::{SchemaHome, ready_schema, ready_version, take_version};
pub(in crate::services) use capture::Finished;
pub use catalog::{Cleaned, ListedSource};
pub use connect::{ConnectRequest, Connected};
pub use contact::Prepared;
pub use details::SourceDetails;
pub use direct::Direct;
pub use document::SchemaDocument;
pub(in crate::services) use flights::Shown;
pub use fresh::{Fresh, Lost};
pub use place::Place;
pub(in crate::services) use reach::scrubbed;
pub use refresh::SchemaRead;
pub use report::{Access as CatalogAccess, TestReport};
pub use schema::{KnownTags, Render, SchemaAnswer, SchemaRequest};
pub use search::{Found, FoundThing, SearchRequest, UnreadSource};
pub(in crate::services) use secrets::{seal, secret_place};
pub use shape::{Shape, ShapedAnswer, ShapedBody};
pub use uploads::{Quota, Upload, UploadedFile};
pub(in crate::services) use uploads::{UNFINISHED, check_room, remove_left};
pub use versions::{Changes, ChangesRequest, Versions};

use crate::auth::permission::Denied;
use crate::connectors::{ConfigError, ConnectorError, Context};
use crate::local::{Local, LocalError};
use crate::schema::narrow::Missing;
use crate::store::{Store, StoreError};
use crate::vault::{Vault, VaultError};
use attempts::Attempts;
use flights::Flights;

/// The sources of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    store: Store,
    vault: Vault,
    context: Arc<Context>,
    local: Local,
    attempts: Arc<Attempts>,
    flights: Arc<Flights>,
}

impl Sources {
    /// Sources kept in `store`, their secrets sealed by `vault`, reached by the operator's rules.
    #[must_use]
    pub fn new(store: Store, vault: Vault, context: Context, local: Local) -> Self {
        Self {
            store,
            vault,
            context: Arc::new(context),
            local,
            attempts: Arc::default(),
            flights: Arc::default(),
        }
    }
}

/// What can go wrong with a source.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The caller's role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// There is no such version of a schema; those from the first to the last number are.
    #[error("there is no such version")]
    NoSuchVersion(Option<(u32, u32)>),
    /// Settings that cannot be worked with.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The kept secret may not go to another place or user than it was given for.
    #[error("the host, port, user or TLS changed, so the password is needed again")]
    CredentialsRequired,
    /// Another source of the workspace has the name.
    #[error("another source of the workspace has this name")]
    NameTaken,
    /// The source came without its secret.
    #[error("the source waits for its credentials")]
    NeedsCredentials,
    /// The source refused, or could not be reached.
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    /// Too many attempts run already.
    #[error("too many connections are being opened")]
    Busy,
    /// Too many attempts of this caller run already.
    #[error("too many connections are being opened for this caller")]
    Share,
    /// The source was connected anew each time while it was being read.
    #[error("the source is connected anew all the time")]
    Unsettled,
    /// What was asked of a schema is not in it.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copied rows could not be read or written.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The folder of files that were sent cannot be read or written.
    #[error("the folder of uploads cannot be used: {0}")]
    Uploads(#[from] std::io::Error),
    /// The files that were sent to a workspace would be more than they may.
    #[error("the files of the workspace would have more than {limit} bytes")]
    UploadsFull {
        /// The most bytes that they may have.
        limit: u64,
        /// How many they have without the one that is sent.
        used: u64,
    },
    /// A document could not be written or read.
    #[error("a kept document is damaged")]
    Document(#[from] serde_json::Error),
}
