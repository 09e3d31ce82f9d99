//! What every handler may reach.

use std::sync::Arc;

use actix_web::http::Method;

use super::endpoint::{Access, Endpoint};
use super::hosts::ServedHosts;
use crate::services::accounts::Accounts;
use crate::services::backup::Backups;
use crate::services::jobs::Jobs;
use crate::services::operators::Operators;
use crate::services::projects::Projects;
use crate::services::query::Queries;
use crate::services::readings::Readings;
use crate::services::sources::Sources;
use crate::services::status::Installation;
use crate::services::sync::Syncs;
use crate::services::workspace_transfer::WorkspaceTransfers;
use crate::services::workspaces::Workspaces;

/// The services, and what the fence reads.
pub struct State {
    /// Users and tokens.
    pub accounts: Accounts,
    /// Who runs the installation.
    pub operators: Operators,
    /// Backups.
    pub backups: Backups,
    /// How all of it stands.
    pub installation: Installation,
    /// Workspaces.
    pub workspaces: Workspaces,
    /// Workspaces on their way.
    pub workspace_transfers: WorkspaceTransfers,
    /// Projects.
    pub projects: Projects,
    /// Sources.
    pub sources: Sources,
    /// Copies.
    pub syncs: Syncs,
    /// Readings of schemas.
    pub readings: Readings,
    /// Jobs.
    pub jobs: Jobs,
    /// Previews and queries.
    pub queries: Queries,
    /// The most bytes of a file that is sent.
    pub upload_limit: u64,
    /// The most bytes of all files of a workspace.
    pub workspace_uploads_limit: u64,
    /// The most bytes of an archive of a workspace that is sent.
    pub import_limit: u64,
    /// The Host headers that are answered.
    pub hosts: ServedHosts,
    /// The OpenAPI document, made once.
    pub openapi: Arc<str>,
    /// What each path is, for the fence.
    pub endpoints: Vec<EndpointInfo>,
}

/// What the fence knows of an endpoint.
#[derive(Debug, Clone)]
pub struct EndpointInfo {
    /// The method.
    pub method: Method,
    /// The patterns of its paths.
    pub paths: Vec<&'static str>,
    /// Who may call it.
    pub access: Access,
}

impl EndpointInfo {
    /// Whether a request's method and path below the base path are this endpoint's.
    #[must_use]
    pub fn matches(&self, method: &Method, path: &str) -> bool {
        (self.method == *method || (self.method == Method::GET && *method == Method::HEAD))
            && self
                .paths
                .iter()
                .any(|pattern| super::endpoint::fits(pattern, path))
    }
}

impl From<&Endpoint> for EndpointInfo {
    fn from(endpoint: &Endpoint) -> Self {
        Self {
            method: endpoint.method.clone(),
            paths: endpoint.paths.clone(),
            access: endpoint.access,
        }
    }
}
