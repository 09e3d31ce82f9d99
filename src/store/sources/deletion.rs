//! Deleting sources, and tables of them.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction};

use crate::model::{Owner, SourceId, WorkspaceId};
use crate::store::owned::{owned, owner_params, workspace_key};
use crate::store::{StoreError, values};

/// What a deletion did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The ids that were there and are gone, in the order that they were named.
    pub deleted: Vec<String>,
    /// The ids that the owner's workspace does not have.
    pub not_found: Vec<String>,
}

/// Deletes sources, with all that hangs below them, and tables, by their ids in any mixture.
///
/// A deleted table is hidden until its source is connected again: its row keeps its id, and says
/// that the next reading of the source is not to bring it back.
pub fn delete_many(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    ids: &[String],
) -> Result<Deleted, StoreError> {
    let mut answer = Deleted::default();
    let Some(workspace_pk) = workspace_key(tx, owner, workspace)? else {
        answer.not_found = ids.to_vec();
        return Ok(answer);
    };
    // What is asked for is looked up first: a table named beside its own source is deleted too.
    let mut source =
        tx.prepare_cached("SELECT pk FROM source WHERE id = ?1 AND workspace_pk = ?2")?;
    let mut table = tx.prepare_cached(
        "SELECT source_table.pk FROM source_table JOIN source ON source.pk = source_table.source_pk
         WHERE source_table.id = ?1 AND source.workspace_pk = ?2 AND source_table.hidden = 0",
    )?;
    let (mut sources, mut tables) = (Vec::<i64>::new(), Vec::<i64>::new());
    let mut seen = HashSet::new();
    for id in ids.iter().filter(|id| seen.insert(id.as_str())) {
        let key = rusqlite::params![id, workspace_pk];
        if let Some(pk) = source.query_row(key, |row| row.get(0)).optional()? {
            sources.push(pk);
        } else if let Some(pk) = table.query_row(key, |row| row.get(0)).optional()? {
            tables.push(pk);
        } else {
            answer.not_found.push(id.clone());
            continue;
        }
        answer.deleted.push(id.clone());
    }
    let mut hide = tx.prepare_cached("UPDATE source_table SET hidden = 1 WHERE pk = ?1")?;
    for pk in tables {
        hide.execute([pk])?;
    }
    let mut delete = tx.prepare_cached("DELETE FROM source WHERE pk = ?1")?;
    for pk in sources {
        delete.execute([pk])?;
    }
    Ok(answer)
}

/// Deletes all sources of a workspace. Answers their ids.
pub fn delete_all(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<Vec<SourceId>, StoreError> {
    const SQL: &str = concat!(
        "DELETE FROM source WHERE workspace_pk = (SELECT pk FROM workspace WHERE workspace.id = :workspace AND ",
        owned!(),
        ") RETURNING id"
    );
    let mut statement = tx.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! { owner, ":workspace": workspace.as_str() })?;
    values::collect(rows, |row| values::text(row, "id"))
}
