-- Tables and all that is read like one, but for the server's own (names that begin with pg_ are
-- reserved for it, temporary schemas among them).
--
-- By hand: psql -v schema= -v tables={} -f tables.sql
--   schema   the one schema that is wanted; empty for all
--   tables   names that are wanted, bare or with their schema; {} for all
--
-- reltuples: -1 where nobody has counted yet; before PostgreSQL 14 that was 0 with relpages = 0.
SELECT c.oid::int8,
       n.nspname::text,
       c.relname::text,
       CASE WHEN c.relispartition THEN 'partition'
            ELSE c.relkind::text
       END,
       CASE WHEN c.relkind IN ('r', 'p', 'm', 'f')
             AND c.reltuples >= 0
             AND (c.relpages > 0 OR current_setting('server_version_num')::int >= 140000)
            THEN c.reltuples::int8
       END,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
       o.description
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_class'::regclass AND o.objoid = c.oid AND o.objsubid = 0
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY n.nspname, c.relname
