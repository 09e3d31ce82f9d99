-- Its id is unique within the workspace alone: two owners may have one of the same id, and neither
-- learns of the other's.
CREATE TABLE project (
    pk           INTEGER PRIMARY KEY,
    id           TEXT NOT NULL,
    workspace_pk INTEGER NOT NULL REFERENCES workspace (pk) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    description  TEXT,
    metadata     TEXT NOT NULL DEFAULT '{}',
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (workspace_pk, id)
) STRICT;

CREATE TABLE project_source (
    project_pk INTEGER NOT NULL REFERENCES project (pk) ON DELETE CASCADE,
    source_pk  INTEGER NOT NULL REFERENCES source (pk) ON DELETE CASCADE,
    PRIMARY KEY (project_pk, source_pk)
) STRICT, WITHOUT ROWID;

CREATE INDEX project_source_by_source ON project_source (source_pk);
