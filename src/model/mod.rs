//! Floor 0: the nouns of the product. Pure data, parsed once; no I/O.

pub mod access;
pub mod host;
pub mod id;
pub mod job;
pub mod name;
pub mod project;
pub mod secret;
pub mod source;
pub mod user;
pub mod version;
pub mod workspace;

pub use access::{Caller, Owner, Role, Scope};
pub use id::{
    JobId, OrganizationId, ProjectId, SourceId, TableId, TokenId, UserId, WorkspaceId, WorkspaceRef,
};
