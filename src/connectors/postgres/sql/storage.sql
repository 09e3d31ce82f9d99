-- How the same tables are kept.
--
-- By hand: psql -v schema= -v tables={} -f storage.sql
--
-- The size is what VACUUM and ANALYZE last wrote down (relpages), with that of the values that are
-- kept apart (TOAST): asking the file system takes a lock on each table, and on thousands of
-- tables it takes longer than all else. Options of foreign servers and users hold passwords and
-- are not read.
SELECT c.oid::int8,
       CASE WHEN c.relkind = 'f' THEN s.srvname::text
            WHEN m.amname <> 'heap' THEN m.amname::text
       END,
       c.relpersistence = 'u',
       p.spcname::text,
       c.reloptions::text,
       t.reloptions::text,
       f.ftoptions::text,
       CASE WHEN c.relkind IN ('r', 'm')
             AND c.reltuples >= 0
             AND (c.relpages > 0 OR current_setting('server_version_num')::int >= 140000)
            THEN (c.relpages::int8 + coalesce(t.relpages, 0))
                 * current_setting('block_size')::int8
       END,
       c.relrowsecurity,
       c.relforcerowsecurity
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.relkind = 't'
  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
  LEFT JOIN pg_catalog.pg_tablespace p ON p.oid = c.reltablespace
  LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
  LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY c.oid
