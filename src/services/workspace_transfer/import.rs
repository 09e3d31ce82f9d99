//! A workspace out of a document: all of it, or nothing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::arriving::{Arriving, Target};
use super::copies;
use super::document::WorkspaceExport;
use super::sealing::Passage;
use super::{TransferFailure, WorkspaceTransfers};
use crate::auth::permission::{Access, authorize};
use crate::model::{Caller, Scope, SourceId, TableId, WorkspaceId, WorkspaceRef};
use crate::services::projects::{OnConflict, Outcome};
use crate::services::transfer::{ArrivedSource, IdMap, TransferError, check_sources};
use crate::store::{StoreError, Transaction, workspaces};

/// A document to be imported: its format and checksum were checked.
#[derive(Debug)]
pub struct ImportWorkspace {
    /// The document.
    pub document: WorkspaceExport,
    /// Into whose.
    pub scope: Scope,
    /// Into which workspace, which is made where it is not there; that of the document where absent.
    pub workspace: Option<WorkspaceRef>,
    /// What the workspace is called from now on; as the document says where absent.
    pub name: Option<String>,
    /// What becomes of a workspace and projects whose ids are there.
    pub on_conflict: OnConflict,
    /// Whether nothing is kept of it.
    pub dry_run: bool,
    /// What its secrets were sealed under.
    pub passphrase: Option<SecretString>,
}

/// What an import did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ImportedWorkspace)]
pub struct Imported {
    /// The workspace that all of it is in now.
    pub workspace_id: WorkspaceId,
    /// What became of the workspace itself.
    pub outcome: Outcome,
    /// Whether nothing of all this was kept.
    pub dry_run: bool,
    /// Ids that are others here than in the document: by the document's.
    #[schema(value_type = Object)]
    pub id_map: IdMap,
    /// The document's sources as they stand here.
    pub sources: Vec<ArrivedSource>,
    /// The names of sources that wait for their credentials.
    pub needs_credentials: Vec<String>,
    /// How much came.
    pub summary: ImportSummary,
    /// What a reader should know, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// How much an import brought, and how much it left as it was.
#[derive(Debug, Clone, Copy, Default, Serialize, utoipa::ToSchema)]
#[schema(as = WorkspaceImportSummary)]
pub struct ImportSummary {
    /// Projects that came or changed.
    pub projects_imported: u64,
    /// Sources that came.
    pub sources_imported: u64,
    /// Tables that came with them.
    pub tables_imported: u64,
    /// Versions of schemas that came.
    pub schemas_imported: u64,
    /// Copied rows that came.
    pub rows_imported: u64,
    /// Projects and sources that are there and differ: they stay as they are.
    pub skipped: u64,
    /// Projects and sources that are there already as the document has them.
    pub unchanged: u64,
}

impl WorkspaceTransfers {
    /// Lets a workspace take its place. What is there stays: sources are added, and those that are
    /// the document's own are filled with what they lack.
    pub async fn import(
        &self,
        caller: &Caller,
        import: ImportWorkspace,
    ) -> Result<Imported, TransferFailure> {
        let owner = authorize(caller, import.scope, Access::Write)?;
        let passage = match (&import.document.secrets, import.passphrase) {
            (Some(secrets), Some(passphrase)) => {
                Some(Passage::again(&self.passwords, passphrase, secrets).await?)
            }
            _ => None,
        };
        let target = Target {
            user: caller.user_id.clone(),
            owner,
            organization: caller.organization_id.clone(),
            workspace: import.workspace,
            name: import.name,
            on_conflict: import.on_conflict,
        };
        let (this, document, dry_run) = (self.clone(), import.document, import.dry_run);
        // On one thread from end to end: what is staged must not outlive a caller who hangs up.
        let done = spawn_blocking(move || this.take(&target, document, passage.as_ref(), dry_run));
        done.await.map_err(|_| StoreError::Stopped)?
    }

    fn take(
        &self,
        target: &Target,
        mut document: WorkspaceExport,
        passage: Option<&Passage>,
        dry_run: bool,
    ) -> Result<Imported, TransferFailure> {
        check(&document)?;
        let secrets = match (passage, &document.secrets) {
            (Some(passage), Some(secrets)) => Some(passage.open_all(secrets, &document.sources)?),
            _ => None,
        };
        let told = std::mem::take(&mut document.sources);
        let sources = check_sources(told.clone())?;
        let mut arriving = Arriving {
            transfers: self,
            target,
            document: &document,
            told: &told,
            secrets: secrets.as_ref(),
            stages: Vec::new(),
            copies: None,
            came: Vec::new(),
            unpacked: 0,
            left_out: 0,
        };
        if dry_run {
            let work = |tx: &Transaction<'_>| arriving.take(tx, sources);
            let imported = self.store.rehearse_blocking(work)?;
            return Ok(Imported {
                dry_run,
                ..imported
            });
        }
        let rows = (document.copies.iter().enumerate())
            .filter_map(|(at, copy)| Some((at, copy, copy.data.as_ref()?)));
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return (self.store).write_blocking(|tx| arriving.take(tx, sources));
        }
        let known = self.store.read_blocking(|conn| {
            let id = target.known(conn, &document)?;
            let file = id.map(|id| workspaces::known_copies_file(conn, &target.owner, &id));
            file.transpose().map(Option::flatten)
        })?;
        let is_new = known.is_none();
        let file = known.unwrap_or_else(|| WorkspaceId::generate().to_string());
        let copies = self.local.copies(&file)?;
        let work = || {
            for (at, copy, data) in rows {
                let stage = copies::stage(&copies, at, copy, data)?;
                arriving.stages.push((at, stage));
            }
            arriving.copies = Some((file.clone(), Arc::clone(&copies)));
            self.store.write_blocking(|tx| arriving.take(tx, sources))
        };
        let imported = work();
        if imported.is_err() {
            let came = std::mem::take(&mut arriving.came);
            drop(arriving);
            if is_new {
                // Nobody knows of a file that was made for this alone.
                self.local.remove(&file)?;
            } else {
                // The store could not commit what the copies are of.
                copies.remove(&came, &[])?;
            }
        }
        imported
    }
}

/// Checks that a document refers to what is in it, and has each thing once.
fn check(document: &WorkspaceExport) -> Result<(), TransferFailure> {
    let sources: HashSet<_> = document.sources.iter().map(|source| &source.id).collect();
    let mut tables = HashSet::new();
    once("sources", document.sources.iter().map(|source| &source.id))?;
    for (at, source) in (0..).zip(&document.sources) {
        for (table, told) in (0..).zip(&source.tables) {
            if !tables.insert(&told.id) {
                let field = format!("sources[{at}].tables[{table}]");
                return Err(TransferError::Twice { field }.into());
            }
        }
    }
    once(
        "projects",
        document.projects.iter().map(|project| &project.id),
    )?;
    once(
        "schemas",
        document.schemas.iter().map(|schema| &schema.source_id),
    )?;
    once("copies", document.copies.iter().map(|copy| &copy.table_id))?;
    let dangling = |field: String| Err(TransferError::Dangling { field }.into());
    for (at, project) in (0..).zip(&document.projects) {
        let mut ids = project.source_ids.iter();
        if let Some(id) = ids.position(|id| !sources.contains(id)) {
            return dangling(format!("projects[{at}].source_ids[{id}]"));
        }
    }
    for (at, schema) in (0..).zip(&document.schemas) {
        if !sources.contains(&schema.source_id) {
            return dangling(format!("schemas[{at}].source_id"));
        }
        let field = format!("schemas[{at}].versions");
        once(&field, schema.versions.iter().map(|version| version.number))?;
        if let Some(zero) = schema
            .versions
            .iter()
            .position(|version| version.number == 0)
        {
            return Err(TransferError::Unreadable {
                field: format!("{field}[{zero}].number"),
                expected: "number of a version",
            }
            .into());
        }
    }
    for (at, copy) in document.copies.iter().enumerate() {
        let source = document.sources.iter().find(|s| s.id == copy.source_id);
        let is_its =
            |id: &TableId| source.is_some_and(|s| s.tables.iter().any(|table| table.id == *id));
        if !tables.contains(&copy.table_id) || !is_its(&copy.table_id) {
            return dangling(format!("copies[{at}].table_id"));
        }
        copies::check(at, copy)?;
    }
    Ok(())
}

fn once<T: Eq + Hash>(
    list: &str,
    mut things: impl Iterator<Item = T>,
) -> Result<(), TransferFailure> {
    let mut seen = HashSet::new();
    match things.position(|thing| !seen.insert(thing)) {
        Some(at) => Err(TransferError::Twice {
            field: format!("{list}[{at}]"),
        }
        .into()),
        None => Ok(()),
    }
}

/// The sources' ids that are others here than there.
pub fn renamed(ids: &HashMap<SourceId, SourceId>) -> IdMap {
    let others = ids.iter().filter(|(told, here)| told != here);
    others
        .map(|(told, here)| (told.to_string(), here.to_string()))
        .collect()
}
