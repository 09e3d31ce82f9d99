-- What a search goes through: a source's names, comments and values, made of its kept schema.
-- One row says of which schema; the bytes stand in parts of about a megabyte.

CREATE TABLE search_index (
    source_pk   INTEGER PRIMARY KEY REFERENCES source (pk) ON DELETE CASCADE,
    -- Of the schema that the parts were made of; where the kept one has another, they are made anew.
    fingerprint TEXT NOT NULL,
    format      INTEGER NOT NULL
) STRICT;

CREATE TABLE search_part (
    source_pk INTEGER NOT NULL REFERENCES search_index (source_pk) ON DELETE CASCADE,
    part      INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    PRIMARY KEY (source_pk, part)
) STRICT;
