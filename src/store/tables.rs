//! The tables of database sources: their ids, counts, and what their owner has taken out of sight.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::StoreError;
use super::owned::{owned, owner_params, source_key};
use super::values::{self, from_count};
use crate::model::source::SourceTable;
use crate::model::{Owner, SourceId, TableId, WorkspaceId};
use crate::schema::TableRef;

/// A table as a reading of its source found it.
#[derive(Debug, Clone, Default)]
pub struct TableDraft {
    /// The schema (namespace), where the engine has them.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// The kind, as in the schema document.
    pub kind: String,
    /// Exact count of rows, where one was made.
    pub row_count: Option<u64>,
    /// The catalog's own figure, where it has one.
    pub row_count_estimate: Option<u64>,
}

/// What becomes of the tables that were deleted one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// They stay out of sight: the source was only read again.
    Keep,
    /// They are shown again: the source was connected again.
    Reveal,
}

macro_rules! select {
    () => {
        "SELECT source_table.*, source.id AS source FROM source_table \
         JOIN source ON source.pk = source_table.source_pk \
         JOIN workspace ON workspace.pk = source.workspace_pk \
         WHERE source_table.hidden = 0 AND workspace.id = :workspace AND "
    };
}

fn read(row: &Row<'_>) -> Result<SourceTable, StoreError> {
    let schema: String = row.get("schema")?;
    Ok(SourceTable {
        id: values::text(row, "id")?,
        schema: Some(schema).filter(|schema| !schema.is_empty()),
        name: row.get("name")?,
        kind: row.get("kind")?,
        row_count: values::optional_count(row, "row_count")?,
        row_count_estimate: values::optional_count(row, "row_count_estimate")?,
    })
}

/// Replaces the set of a source's tables. Those of the same schema and name keep their ids.
/// Answers whether the source was there.
pub fn replace(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    tables: &[TableDraft],
    hidden: Hidden,
) -> Result<bool, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(false);
    };
    tx.execute(
        "UPDATE source_table SET present = 0 WHERE source_pk = ?1",
        [source_pk],
    )?;
    let mut upsert = tx.prepare_cached(
        "INSERT INTO source_table (id, source_pk, schema, name, kind, row_count, row_count_estimate)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (source_pk, schema, name) DO UPDATE SET
             present = 1, kind = excluded.kind, row_count = excluded.row_count,
             row_count_estimate = excluded.row_count_estimate",
    )?;
    for table in tables {
        upsert.execute(rusqlite::params![
            TableId::generate().as_str(),
            source_pk,
            table.schema.as_deref().unwrap_or_default(),
            table.name,
            table.kind,
            from_count(table.row_count),
            from_count(table.row_count_estimate),
        ])?;
    }
    match hidden {
        // The row of a hidden table is the note that it is hidden; it outlives the table.
        Hidden::Keep => tx.execute(
            "DELETE FROM source_table WHERE source_pk = ?1 AND present = 0 AND hidden = 0",
            [source_pk],
        )?,
        Hidden::Reveal => {
            tx.execute(
                "DELETE FROM source_table WHERE source_pk = ?1 AND present = 0",
                [source_pk],
            )?;
            tx.execute(
                "UPDATE source_table SET hidden = 0 WHERE source_pk = ?1 AND hidden = 1",
                [source_pk],
            )?
        }
    };
    Ok(true)
}

/// Adds tables to a source that has none yet. Each keeps the id that it comes with where no table has
/// that one. Answers the ids, in their order; `None` where the owner has no such source.
pub fn arrive(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    tables: &[(TableId, TableDraft)],
) -> Result<Option<Vec<TableId>>, StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(None);
    };
    let mut taken = tx.prepare_cached("SELECT 1 FROM source_table WHERE id = ?1")?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO source_table (id, source_pk, schema, name, kind, row_count, row_count_estimate)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut ids = Vec::with_capacity(tables.len());
    for (id, table) in tables {
        let id = if taken.exists([id.as_str()])? {
            TableId::generate()
        } else {
            id.clone()
        };
        insert.execute(rusqlite::params![
            id.as_str(),
            source_pk,
            table.schema.as_deref().unwrap_or_default(),
            table.name,
            table.kind,
            from_count(table.row_count),
            from_count(table.row_count_estimate),
        ])?;
        ids.push(id);
    }
    Ok(Some(ids))
}

/// Takes tables of a source out of sight.
pub fn hide(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    tables: &[TableRef],
) -> Result<(), StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(());
    };
    let mut hide = tx.prepare_cached(
        "UPDATE source_table SET hidden = 1 WHERE source_pk = ?1 AND schema = ?2 AND name = ?3",
    )?;
    for table in tables {
        let schema = table.schema.as_deref().unwrap_or_default();
        hide.execute(rusqlite::params![source_pk, schema, table.name])?;
    }
    Ok(())
}

/// The tables of one source, by schema and name.
pub fn list(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Vec<SourceTable>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " AND source.id = :source ORDER BY source_table.schema, source_table.name"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":source": source.as_str()
    })?;
    values::collect(rows, read)
}

/// The tables of all sources of a workspace, each source's by schema and name.
pub fn list_by_source(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
) -> Result<HashMap<SourceId, Vec<SourceTable>>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " ORDER BY source_table.source_pk, source_table.schema, source_table.name"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let mut rows = statement.query(owner_params! { owner, ":workspace": workspace.as_str() })?;
    let mut all: HashMap<SourceId, Vec<SourceTable>> = HashMap::new();
    while let Some(row) = rows.next()? {
        all.entry(values::text(row, "source")?)
            .or_default()
            .push(read(row)?);
    }
    Ok(all)
}

/// The tables of one source and whether each is out of sight, by schema and name.
pub fn all(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Vec<(SourceTable, bool)>, StoreError> {
    let Some(source_pk) = source_key(conn, owner, workspace, source)? else {
        return Ok(Vec::new());
    };
    let mut statement = conn
        .prepare_cached("SELECT * FROM source_table WHERE source_pk = ?1 ORDER BY schema, name")?;
    values::collect(statement.query([source_pk])?, |row| {
        Ok((read(row)?, row.get("hidden")?))
    })
}

/// One table by its id.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &TableId,
) -> Result<Option<SourceTable>, StoreError> {
    const SQL: &str = concat!(select!(), owned!(), " AND source_table.id = :id");
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":id": id.as_str()
    })?;
    values::first(rows, read)
}

/// A table of a source, shown or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTable {
    /// Its schema and name.
    pub name: TableRef,
    /// The id.
    pub id: TableId,
    /// Whether its owner deleted it: a schema document that is answered leaves it out.
    pub hidden: bool,
}

/// All tables of a source, those among them that its owner deleted.
pub fn known(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
) -> Result<Vec<KnownTable>, StoreError> {
    let Some(source_pk) = source_key(conn, owner, workspace, source)? else {
        return Ok(Vec::new());
    };
    let mut statement = conn.prepare_cached(
        "SELECT schema, name, id, hidden FROM source_table WHERE source_pk = ?1 ORDER BY schema, name",
    )?;
    values::collect(statement.query([source_pk])?, |row| {
        let schema: String = row.get("schema")?;
        Ok(KnownTable {
            name: TableRef {
                schema: Some(schema).filter(|schema| !schema.is_empty()),
                name: row.get("name")?,
            },
            id: values::text(row, "id")?,
            hidden: row.get("hidden")?,
        })
    })
}

/// Lets tables have other names, and keep their ids, counts, and whether they are shown. One that is
/// not known is left to [`replace`]. A table that is to be found under a new name is gone: of it
/// there can only be the note that it is hidden.
pub fn rename(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    source: &SourceId,
    renames: &[(TableRef, TableRef)],
) -> Result<(), StoreError> {
    let Some(source_pk) = source_key(tx, owner, workspace, source)? else {
        return Ok(());
    };
    let mut find = tx.prepare_cached(
        "SELECT pk FROM source_table WHERE source_pk = ?1 AND schema = ?2 AND name = ?3",
    )?;
    let mut remove = tx.prepare_cached("DELETE FROM source_table WHERE pk = ?1")?;
    let mut change =
        tx.prepare_cached("UPDATE source_table SET schema = ?2, name = ?3 WHERE pk = ?1")?;
    let mut at = |table: &TableRef| -> Result<Option<i64>, StoreError> {
        let schema = table.schema.as_deref().unwrap_or_default();
        let key = rusqlite::params![source_pk, schema, table.name];
        Ok(find.query_row(key, |row| row.get(0)).optional()?)
    };
    for (old, new) in renames {
        let Some(pk) = at(old)? else {
            continue;
        };
        if let Some(gone) = at(new)? {
            remove.execute([gone])?;
        }
        let schema = new.schema.as_deref().unwrap_or_default();
        change.execute(rusqlite::params![pk, schema, new.name])?;
    }
    Ok(())
}
