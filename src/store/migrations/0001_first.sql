-- Times are whole milliseconds since 1970 (UTC). JSON is text. Ids that callers see are text;
-- rows refer to each other by integers where there may be many of them.

CREATE TABLE organization (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE COLLATE NOCASE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    name            TEXT NOT NULL COLLATE NOCASE,
    role            TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    password_hash   TEXT NOT NULL,
    -- A token carries the version that it was made under; raising it ends them all.
    token_version   INTEGER NOT NULL DEFAULT 1,
    disabled        INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at      INTEGER NOT NULL,
    UNIQUE (name, organization_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_by_organization ON user (organization_id);

CREATE TABLE token (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('login', 'api')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_by_user ON token (user_id, created_at);

-- The one-time token of the first start; at most one row. Only its hash is kept.
CREATE TABLE setup_link (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    hash       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- A known text sealed by the vault; a start with another key cannot open it, and stops.
CREATE TABLE vault_canary (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    key_id     TEXT NOT NULL,
    nonce      BLOB NOT NULL,
    ciphertext BLOB NOT NULL
) STRICT;

CREATE TABLE workspace (
    pk          INTEGER PRIMARY KEY,
    owner_scope TEXT NOT NULL CHECK (owner_scope IN ('user', 'organization')),
    owner_id    TEXT NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    metadata    TEXT NOT NULL DEFAULT '{}',
    is_default  INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    owner_user TEXT GENERATED ALWAYS AS (CASE owner_scope WHEN 'user' THEN owner_id END) VIRTUAL
        REFERENCES user (id) ON DELETE CASCADE,
    owner_organization TEXT GENERATED ALWAYS AS (CASE owner_scope WHEN 'organization' THEN owner_id END) VIRTUAL
        REFERENCES organization (id) ON DELETE CASCADE,
    UNIQUE (owner_id, owner_scope, id)
) STRICT;

CREATE UNIQUE INDEX workspace_default ON workspace (owner_id, owner_scope) WHERE is_default = 1;

CREATE TABLE source (
    pk             INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    workspace_pk   INTEGER NOT NULL REFERENCES workspace (pk) ON DELETE CASCADE,
    name           TEXT NOT NULL,
    type           TEXT NOT NULL CHECK (type IN ('database', 'api', 'file')),
    engine         TEXT,
    server_product TEXT,
    server_version TEXT,
    status         TEXT NOT NULL CHECK (status IN ('connected', 'unreachable', 'needs_credentials')),
    host           TEXT,
    database       TEXT,
    settings       TEXT NOT NULL,
    metadata       TEXT NOT NULL DEFAULT '{}',
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    last_tested_at INTEGER,
    last_synced_at INTEGER,
    UNIQUE (workspace_pk, name)
) STRICT;

CREATE TABLE source_table (
    pk                 INTEGER PRIMARY KEY,
    id                 TEXT NOT NULL UNIQUE,
    source_pk          INTEGER NOT NULL REFERENCES source (pk) ON DELETE CASCADE,
    -- Empty where the engine has no schemas: NULLs would count as different from each other.
    schema             TEXT NOT NULL DEFAULT '',
    name               TEXT NOT NULL,
    kind               TEXT NOT NULL,
    row_count          INTEGER,
    row_count_estimate INTEGER,
    -- Deleted by its caller: stays out of sight until the source is connected again.
    hidden             INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
    -- Found by the last reading of the source; only of meaning while the set is being replaced.
    present            INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
    UNIQUE (source_pk, schema, name)
) STRICT;

CREATE TABLE secret (
    source_pk  INTEGER NOT NULL REFERENCES source (pk) ON DELETE CASCADE,
    field      TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    nonce      BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (source_pk, field)
) STRICT, WITHOUT ROWID;

-- The small columns stand before the documents, so that reading them never touches overflow pages.
CREATE TABLE capture (
    source_pk     INTEGER PRIMARY KEY REFERENCES source (pk) ON DELETE CASCADE,
    fingerprint   TEXT NOT NULL,
    captured_at   INTEGER NOT NULL,
    document_gzip BLOB NOT NULL,
    document      BLOB NOT NULL
) STRICT;
