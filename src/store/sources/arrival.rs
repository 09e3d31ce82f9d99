//! Sources that come from another workspace or machine.

use rusqlite::Transaction;

use super::SourceDraft;
use crate::model::{Owner, SourceId, WorkspaceId};
use crate::store::owned::{owned_source, owner_params, workspace_key};
use crate::store::values::from_metadata;
use crate::store::{StoreError, now};

/// Adds a source whose name the workspace does not have yet. It keeps the id that it comes with where
/// no source has that one. `None` where the owner has no such workspace.
pub fn arrive(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &SourceId,
    draft: &SourceDraft<'_>,
) -> Result<Option<SourceId>, StoreError> {
    let Some(workspace_pk) = workspace_key(tx, owner, workspace)? else {
        return Ok(None);
    };
    let taken = tx
        .prepare_cached("SELECT 1 FROM source WHERE id = ?1")?
        .exists([id.as_str()])?;
    let id = if taken {
        SourceId::generate()
    } else {
        id.clone()
    };
    tx.prepare_cached(
        "INSERT INTO source (id, workspace_pk, name, type, engine, server_product, server_version, status,
             host, database, settings, metadata, created_at, updated_at, last_tested_at)
         VALUES (:id, :workspace, :name, :type, :engine, :product, :version, :status,
             :host, :database, :settings, coalesce(:metadata, '{}'), :now, :now, NULL)",
    )?
    .execute(rusqlite::named_params! {
        ":id": id.as_str(),
        ":workspace": workspace_pk,
        ":name": draft.name,
        ":type": draft.source_type.as_str(),
        ":engine": draft.engine,
        ":product": draft.server_product,
        ":version": draft.server_version,
        ":status": draft.status.as_str(),
        ":host": draft.host,
        ":database": draft.database,
        ":settings": draft.settings,
        ":metadata": draft.metadata.map(from_metadata),
        ":now": now().as_millisecond(),
    })?;
    Ok(Some(id))
}

/// Notes that the credentials of a source came, where it waited for them.
pub fn credentials_came(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &SourceId,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE source SET status = 'connected' WHERE status = 'needs_credentials' AND pk = (",
        owned_source!(),
        ")"
    );
    let changed = tx.prepare_cached(SQL)?.execute(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": id.as_str()
    })?;
    Ok(changed > 0)
}
