-- Reading a schema is a job, too: the kinds are one more. SQLite changes no CHECK in place.
CREATE TABLE job_of_kinds (
    pk           INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    workspace_pk INTEGER NOT NULL REFERENCES workspace (pk) ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('sync', 'schema')),
    state        TEXT NOT NULL CHECK (state IN
                     ('running', 'succeeded', 'partial', 'failed', 'cancelled', 'interrupted')),
    -- Who started it.
    user_id      TEXT NOT NULL,
    -- What was asked for, how far it came, and what came of it: JSON.
    request      TEXT NOT NULL,
    progress     TEXT,
    result       TEXT,
    -- The job that this one goes on with.
    resumes      TEXT,
    started_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
INSERT INTO job_of_kinds SELECT pk, id, workspace_pk, kind, state, user_id, request, progress, result,
    resumes, started_at, ended_at FROM job ORDER BY pk;
DROP TABLE job;
ALTER TABLE job_of_kinds RENAME TO job;

-- Jobs are listed, and the oldest of a kind found, by the order in which they began.
CREATE INDEX job_by_workspace ON job (workspace_pk, kind, pk);
CREATE INDEX job_running ON job (pk) WHERE state = 'running';
