-- What each table of copied rows is the copy of. JSON is text.
CREATE TABLE headwater_copy (
    table_id  TEXT PRIMARY KEY,
    source_id TEXT NOT NULL,
    -- The table that holds the rows.
    physical  TEXT NOT NULL UNIQUE,
    -- [{name, source_name, type, logical_type}], in the order of the table.
    columns   TEXT NOT NULL,
    -- The names of the columns that tell rows apart.
    key       TEXT NOT NULL,
    rows      INTEGER NOT NULL,
    -- Milliseconds since 1970 (UTC).
    synced_at INTEGER NOT NULL,
    cursor    TEXT
) STRICT, WITHOUT ROWID;

-- The number of the next table; none is given twice.
CREATE TABLE headwater_number (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    next INTEGER NOT NULL
) STRICT;

INSERT INTO headwater_number (one, next) VALUES (1, 1);
