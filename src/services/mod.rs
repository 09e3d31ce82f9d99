//! Floor 2: the use cases. Authorization and transactions live here; HTTP, the command line and
//! jobs share them.

pub mod accounts;
pub mod backup;
pub mod demo;
pub mod doctor;
pub mod failure;
pub mod jobs;
pub mod operators;
pub mod projects;
pub mod query;
pub mod readings;
pub mod setup;
pub mod sources;
pub mod status;
pub mod sync;
pub mod transfer;
pub mod workspace_transfer;
pub mod workspaces;
