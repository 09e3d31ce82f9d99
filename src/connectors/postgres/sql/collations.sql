-- What collations are called: with their schema, unless that is the server's own.
--
-- By hand: psql -f collations.sql
SELECT k.oid::int8,
       CASE WHEN n.nspname = 'pg_catalog' THEN k.collname::text
            ELSE n.nspname || '.' || k.collname
       END
  FROM pg_catalog.pg_collation k
  JOIN pg_catalog.pg_namespace n ON n.oid = k.collnamespace
 ORDER BY k.oid
