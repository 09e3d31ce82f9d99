//! The one place that says whose rows a statement may touch.

/// The SQL that holds for the owner's workspaces alone. Its parameters are bound by `owner_params!`.
macro_rules! owned {
    () => {
        "workspace.owner_id = :owner AND workspace.owner_scope = :scope"
    };
}

/// The SQL that finds the key of one source: the owner's, in the named workspace.
macro_rules! owned_source {
    () => {
        concat!(
            "SELECT source.pk FROM source JOIN workspace ON workspace.pk = source.workspace_pk \
             WHERE source.id = :source AND workspace.id = :workspace AND ",
            crate::store::owned::owned!()
        )
    };
}

/// Named parameters, the owner's first.
macro_rules! owner_params {
    ($owner:expr $(, $name:literal : $value:expr)* $(,)?) => {
        rusqlite::named_params! {
            ":owner": $owner.id(),
            ":scope": $owner.scope().as_str(),
            $($name: $value),*
        }
    };
}

pub(super) use {owned, owned_source, owner_params};

use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use crate::model::{Owner, SourceId, WorkspaceId};

/// The key of a workspace of this owner.
pub(super) fn workspace_key(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<Option<i64>, StoreError> {
    const SQL: &str = concat!(
        "SELECT pk FROM workspace WHERE workspace.id = :workspace AND ",
        owned!()
    );
    Ok(conn
        .prepare_cached(SQL)?
        .query_row(
            owner_params! { owner, ":workspace": workspace.as_str() },
            |row| row.get(0),
        )
        .optional()?)
}

/// The key of a source in a workspace of this owner.
pub(super) fn source_key(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Option<i64>, StoreError> {
    Ok(conn
        .prepare_cached(owned_source!())?
        .query_row(
            owner_params! {
                owner, ":workspace": workspace.as_str(), ":source": source.as_str()
            },
            |row| row.get(0),
        )
        .optional()?)
}
