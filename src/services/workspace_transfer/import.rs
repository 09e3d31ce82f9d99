//! A workspace out of a document: all of it, or nothing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::SecretString;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::archive::Archive;
use super::arriving::{self, Arriving};
use super::copies;
use super::document::WorkspaceExport;
use super::incoming::Incoming;
use super::schemas::Schemas;
use super::sealing::Passage;
use super::spool::Spool;
use super::target::Target;
use super::{TransferFailure, WorkspaceTransfers};
use crate::auth::permission::{Access, authorize};
use crate::model::{Caller, Scope, SourceId, WorkspaceId, WorkspaceRef};
use crate::services::projects::{OnConflict, Outcome};
use crate::services::transfer::{ArrivedSource, IdMap, TransferError, check_sources};
use crate::store::{StoreError, workspaces};

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
    /// The archive that it stands in, where it does.
    pub archive: Option<Archive>,
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
    /// Files that came.
    pub files_imported: u64,
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
        let turn = self.imports.acquire().await;
        let _turn = turn.map_err(|_| StoreError::Stopped)?;
        let wanted = Wanted {
            document: import.document,
            archive: import.archive,
            dry_run: import.dry_run,
        };
        let leash = Leash::default();
        let _holder = Holder(Arc::clone(&leash.0));
        let this = self.clone();
        // On one thread from end to end: what is staged must not outlive a caller who hangs up.
        let done = spawn_blocking(move || this.take(&target, wanted, passage.as_ref(), &leash));
        done.await.map_err(|_| StoreError::Stopped)?
    }

    fn take(
        &self,
        target: &Target,
        import: Wanted,
        passage: Option<&Passage>,
        leash: &Leash,
    ) -> Result<Imported, TransferFailure> {
        let Wanted {
            mut document,
            archive,
            dry_run,
        } = import;
        check(&document, archive.is_some())?;
        let secrets = match (passage, &document.secrets) {
            (Some(passage), Some(secrets)) => Some(passage.open_all(secrets, &document.sources)?),
            _ => None,
        };
        let told = std::mem::take(&mut document.sources);
        let mut sources = check_sources(told.clone())?;
        let (mut plan, known) = self.store.rehearse_blocking(|tx| {
            // Before anything is done: afterwards it would have none of its own.
            let id = target.known(tx, &document)?;
            let file = id.map(|id| workspaces::known_copies_file(tx, &target.owner, &id));
            let plan = arriving::plan(tx, target, &document, &told, sources.clone())?;
            Ok::<_, TransferFailure>((plan, file.transpose()?.flatten()))
        })?;
        let copies = known.as_ref().map(|file| self.local.existing(file));
        plan.look_at(copies.transpose()?.flatten().as_deref())?;
        plan.apply(&mut sources);
        let mut incoming = Incoming {
            transfers: self,
            document: &document,
            plan: &plan,
            known,
            dry_run,
            schemas: Schemas::new(Spool::new(&self.data_dir)),
            ground: None,
            names: HashSet::new(),
            bytes: 0,
        };
        let rows_beside = if let Some(archive) = &archive {
            archive.bring(&mut incoming, leash)?
        } else {
            incoming.of_document()?;
            false
        };
        let Incoming {
            mut schemas,
            mut ground,
            names,
            ..
        } = incoming;
        let mut arriving = Arriving {
            transfers: self,
            target,
            document: &document,
            told: &told,
            secrets: secrets.as_ref(),
            plan: &plan,
            rows_beside,
            schemas: &mut schemas,
            ground: ground.as_mut().filter(|_| !dry_run),
            files: names.len() as u64,
        };
        if dry_run {
            let imported = (self.store).rehearse_blocking(|tx| arriving.take(tx, sources))?;
            return Ok(Imported {
                dry_run,
                ..imported
            });
        }
        let imported = (self.store).write_blocking(|tx| arriving.take(tx, sources))?;
        if let Some(ground) = ground {
            ground.keep();
        }
        Ok(imported)
    }
}

/// A document, and what came with it.
struct Wanted {
    document: WorkspaceExport,
    archive: Option<Archive>,
    dry_run: bool,
}

/// Tells the thread that works whether anybody waits for it.
#[derive(Default)]
pub struct Leash(Arc<AtomicBool>);

impl Leash {
    /// An error once nobody waits any more.
    pub fn holds(&self) -> Result<(), TransferFailure> {
        if self.0.load(Ordering::Relaxed) {
            return Err(TransferFailure::Abandoned);
        }
        Ok(())
    }
}

/// Whoever waits. Dropped, they do not any more.
struct Holder(Arc<AtomicBool>);

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Checks that a document refers to what is in it, and has each thing once.
fn check(document: &WorkspaceExport, in_archive: bool) -> Result<(), TransferFailure> {
    let sources: HashSet<_> = document.sources.iter().map(|source| &source.id).collect();
    let mut tables = HashMap::new();
    once("sources", document.sources.iter().map(|source| &source.id))?;
    for (at, source) in (0..).zip(&document.sources) {
        for (table, told) in (0..).zip(&source.tables) {
            if tables.insert(&told.id, &source.id).is_some() {
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
        if tables.get(&copy.table_id) != Some(&&copy.source_id) {
            return dangling(format!("copies[{at}].table_id"));
        }
        if in_archive && copy.data.is_some() {
            return Err(TransferError::Unreadable {
                field: format!("copies[{at}].data"),
                expected: "document whose rows stand beside it",
            }
            .into());
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
