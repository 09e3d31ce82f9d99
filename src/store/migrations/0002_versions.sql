-- The schema documents of a source that differ from each other, numbered from 1. The newest has the
-- content of `capture`, which alone is what an answer needs. Documents stand apart from what is
-- known of them, so that neither listing nor confirming a version touches one.
CREATE TABLE schema_version (
    pk             INTEGER PRIMARY KEY,
    source_pk      INTEGER NOT NULL REFERENCES source (pk) ON DELETE CASCADE,
    number         INTEGER NOT NULL CHECK (number > 0),
    fingerprint    TEXT NOT NULL,
    captured_at    INTEGER NOT NULL,
    last_seen_at   INTEGER NOT NULL,
    table_count    INTEGER NOT NULL,
    column_count   INTEGER NOT NULL,
    server_product TEXT NOT NULL,
    server_version TEXT NOT NULL,
    bytes          INTEGER NOT NULL,
    UNIQUE (source_pk, number)
) STRICT;

CREATE TABLE schema_version_document (
    version_pk    INTEGER PRIMARY KEY REFERENCES schema_version (pk) ON DELETE CASCADE,
    document_gzip BLOB NOT NULL
) STRICT;

-- How many tables a source shows is asked with every call on it; without this, each of thousands
-- of rows is looked at.
CREATE INDEX source_table_shown ON source_table (source_pk) WHERE hidden = 0;
