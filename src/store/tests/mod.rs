//! Tests of the store on a temporary folder.

mod concurrency;
mod isolation;
mod opening;
mod resources;
mod search;
mod versions;

use tempfile::TempDir;

use super::sources::SourceDraft;
use super::tables::{Hidden, TableDraft};
use super::versions::VersionDraft;
use super::workspaces::WorkspaceDraft;
use super::{Connection, Store, StoreError, Transaction, sources, tables, users, workspaces};
use crate::model::source::{SourceStatus, SourceTable, SourceType};
use crate::model::{Owner, Role, SourceId, WorkspaceId};

/// A store in a folder that goes with it.
struct Fixture {
    store: Store,
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        Self { store, folder }
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> T {
        self.store.read_blocking(work).unwrap()
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> T {
        self.store.write_blocking(work).unwrap()
    }

    /// A new user's own scope.
    fn owner(&self, name: &str) -> Owner {
        Owner::User(self.user(name).id)
    }

    fn user(&self, name: &str) -> crate::model::user::User {
        self.write(|tx| {
            let organization = users::ensure_organization(tx, "org")?;
            users::add(
                tx,
                &users::UserDraft {
                    organization: &organization,
                    name,
                    role: Role::Editor,
                    password_hash: "hash",
                },
            )
        })
    }

    fn workspace(&self, owner: &Owner, id: &str) -> WorkspaceId {
        let id = WorkspaceId::parse(id).unwrap();
        self.write(|tx| workspaces::save(tx, owner, &workspace_draft(&id, id.as_str())));
        id
    }

    fn source(&self, owner: &Owner, workspace: &WorkspaceId, name: &str) -> SourceId {
        self.write(|tx| sources::save(tx, owner, workspace, &source_draft(name)))
            .unwrap()
    }

    fn set_tables(
        &self,
        owner: &Owner,
        workspace: &WorkspaceId,
        source: &SourceId,
        names: &[&str],
        hidden: Hidden,
    ) {
        let drafts: Vec<_> = names.iter().map(|name| table_draft(name)).collect();
        assert!(self.write(|tx| tables::replace(tx, owner, workspace, source, &drafts, hidden)));
    }

    /// The parts that a search of a workspace goes through.
    fn searched(&self, owner: &Owner, workspace: &WorkspaceId) -> Vec<Vec<u8>> {
        let mut parts = Vec::new();
        self.read(|conn| {
            for (source, _) in super::search::sources(conn, owner, workspace)? {
                super::search::each_part(conn, &source, |part| {
                    parts.push(part.to_vec());
                    Ok::<_, StoreError>(())
                })?;
            }
            Ok(())
        });
        parts
    }

    fn tables(
        &self,
        owner: &Owner,
        workspace: &WorkspaceId,
        source: &SourceId,
    ) -> Vec<SourceTable> {
        self.read(|conn| tables::list(conn, owner, workspace, source))
    }
}

fn workspace_draft<'a>(id: &'a WorkspaceId, name: &'a str) -> WorkspaceDraft<'a> {
    WorkspaceDraft {
        id: Some(id),
        name,
        description: None,
        metadata: None,
    }
}

fn source_draft(name: &str) -> SourceDraft<'_> {
    SourceDraft {
        name,
        source_type: SourceType::Database,
        engine: Some("postgresql"),
        server_product: Some("PostgreSQL"),
        server_version: Some("17.2"),
        status: SourceStatus::Connected,
        host: Some("db.example.com"),
        database: Some("customers"),
        settings: "{}",
        metadata: None,
        tested_at: None,
    }
}

fn table_draft(name: &str) -> TableDraft {
    TableDraft {
        schema: Some("public".to_owned()),
        name: name.to_owned(),
        kind: "table".to_owned(),
        row_count: Some(3),
        row_count_estimate: Some(4),
    }
}

fn version_draft(number: u32) -> VersionDraft<'static> {
    VersionDraft {
        number,
        fingerprint: "f",
        captured_at: super::now(),
        table_count: 2,
        column_count: 5,
        server_product: "PostgreSQL",
        server_version: "17.2",
        document_gzip: b"gz",
    }
}
