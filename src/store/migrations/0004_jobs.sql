-- The file of the workspace's copied rows, without its folder and ending; named on first use.
ALTER TABLE workspace ADD COLUMN copies TEXT;

CREATE TABLE job (
    pk           INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    workspace_pk INTEGER NOT NULL REFERENCES workspace (pk) ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('sync')),
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

CREATE INDEX job_by_workspace ON job (workspace_pk, started_at);
CREATE INDEX job_running ON job (pk) WHERE state = 'running';
