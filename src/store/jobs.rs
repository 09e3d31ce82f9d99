//! Jobs of workspaces.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};
use serde_json::Value;

use super::owned::{owned, owner_params, workspace_key};
use super::values;
use super::{StoreError, now};
use crate::model::job::{Job, JobKind, JobState};
use crate::model::{JobId, Owner, UserId, WorkspaceId};

/// The most jobs of a kind that are kept of a workspace; the oldest go.
const MOST: u32 = 200;

/// A job that begins.
#[derive(Debug, Clone, Copy)]
pub struct JobDraft<'a> {
    /// The id.
    pub id: &'a JobId,
    /// What it does.
    pub kind: JobKind,
    /// Who started it.
    pub user: &'a UserId,
    /// What was asked for.
    pub request: &'a Value,
    /// The job that it goes on with.
    pub resumes: Option<&'a JobId>,
    /// When it begins.
    pub started_at: Timestamp,
}

macro_rules! select {
    () => {
        "SELECT job.* FROM job JOIN workspace ON workspace.pk = job.workspace_pk \
         WHERE workspace.id = :workspace AND "
    };
}

fn read(row: &Row<'_>) -> Result<Job, StoreError> {
    let json = |column: &str| -> Result<Value, StoreError> {
        let text: Option<String> = row.get(column)?;
        let text = text.unwrap_or_else(|| "null".to_owned());
        serde_json::from_str(&text).map_err(|_| StoreError::Unreadable("a job"))
    };
    Ok(Job {
        id: values::text(row, "id")?,
        kind: values::text(row, "kind")?,
        state: values::text(row, "state")?,
        started_at: values::time(row, "started_at")?,
        ended_at: values::optional_time(row, "ended_at")?,
        request: json("request")?,
        progress: json("progress")?,
        result: json("result")?,
        resumes: (row.get::<_, Option<String>>("resumes")?).and_then(|id| JobId::parse(&id).ok()),
    })
}

/// Keeps a job that begins. Answers whether the owner has such a workspace.
pub fn begin(
    tx: &Transaction<'_>,
    owner: &Owner,
    workspace: &WorkspaceId,
    draft: &JobDraft<'_>,
) -> Result<bool, StoreError> {
    let Some(workspace_pk) = workspace_key(tx, owner, workspace)? else {
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT INTO job (id, workspace_pk, kind, state, user_id, request, resumes, started_at)
         VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7)",
    )?
    .execute(rusqlite::params![
        draft.id.as_str(),
        workspace_pk,
        draft.kind.as_str(),
        draft.user.as_str(),
        draft.request.to_string(),
        draft.resumes.map(JobId::as_str),
        draft.started_at.as_millisecond(),
    ])?;
    tx.prepare_cached(
        "DELETE FROM job WHERE workspace_pk = ?1 AND kind = ?2 AND state <> 'running' AND pk <=
             (SELECT pk FROM job WHERE workspace_pk = ?1 AND kind = ?2
               ORDER BY pk DESC LIMIT 1 OFFSET ?3)",
    )?
    .execute(rusqlite::params![workspace_pk, draft.kind.as_str(), MOST])?;
    Ok(true)
}

/// Notes how far a running job is.
pub fn note(tx: &Transaction<'_>, id: &JobId, progress: &Value) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE job SET progress = ?2 WHERE id = ?1 AND state = 'running'")?
        .execute(rusqlite::params![id.as_str(), progress.to_string()])?;
    Ok(())
}

/// Ends a job.
pub fn end(
    tx: &Transaction<'_>,
    id: &JobId,
    state: JobState,
    progress: &Value,
    result: &Value,
    ended_at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE job SET state = ?2, progress = ?3, result = ?4, ended_at = ?5
         WHERE id = ?1 AND state = 'running'",
    )?
    .execute(rusqlite::params![
        id.as_str(),
        state.as_str(),
        progress.to_string(),
        result.to_string(),
        ended_at.as_millisecond(),
    ])?;
    Ok(())
}

/// Says of all running jobs that they were interrupted: the program that ran them has ended.
pub fn interrupt_all(tx: &Transaction<'_>) -> Result<usize, StoreError> {
    let sql = "UPDATE job SET state = 'interrupted', ended_at = ?1 WHERE state = 'running'";
    Ok(tx.execute(sql, [now().as_millisecond()])?)
}

/// Which jobs are wanted; all of them where nothing is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobFilter {
    /// What they do.
    pub kind: Option<JobKind>,
    /// How they stand.
    pub state: Option<JobState>,
}

/// The jobs of a workspace, the latest first.
pub fn list(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    wanted: JobFilter,
) -> Result<Vec<Job>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        owned!(),
        " AND job.kind = coalesce(:kind, job.kind) AND job.state = coalesce(:state, job.state) \
          ORDER BY job.pk DESC"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner,
        ":workspace": workspace.as_str(),
        ":kind": wanted.kind.map(JobKind::as_str),
        ":state": wanted.state.map(JobState::as_str),
    })?;
    values::collect(rows, read)
}

/// One job.
pub fn get(
    conn: &Connection,
    owner: &Owner,
    workspace: &WorkspaceId,
    id: &JobId,
) -> Result<Option<Job>, StoreError> {
    const SQL: &str = concat!(select!(), owned!(), " AND job.id = :id");
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(owner_params! {
        owner, ":workspace": workspace.as_str(), ":id": id.as_str()
    })?;
    values::first(rows, read)
}
