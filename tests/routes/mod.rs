//! One file a resource, as in the program's own list of routes.

mod access_table;
mod api_sources;
mod auth;
mod bad_input;
mod fence;
mod files;
mod openapi;
mod project_transfer;
mod projects;
mod query;
mod schema_shapes;
mod schema_versions;
mod search;
mod secrets;
mod seeds;
mod setup;
mod sync;
mod sync_faults;
mod test_connection;
pub mod workspace_archive;
mod workspace_archive_hostile;
pub mod workspace_transfer;
mod workspace_transfer_faults;
mod workspace_transfer_hostile;
mod workspace_transfer_random;
mod workspace_transfer_secrets;
mod workspaces;
