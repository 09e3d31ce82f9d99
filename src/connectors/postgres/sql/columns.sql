-- The columns of the same tables, in the order of their numbers, which have gaps where columns
-- were dropped. What their types are called, their defaults and their comments are asked for apart:
-- joined to each column they take longer than all else here.
--
-- By hand: psql -v schema= -v tables={} -f columns.sql
SELECT a.attrelid::int8,
       a.attnum,
       a.attname::text,
       a.atttypid::int8,
       a.atttypmod,
       a.attnotnull,
       a.attidentity::text,
       a.attgenerated::text,
       a.attcollation::int8
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE a.attnum > 0 AND NOT a.attisdropped
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY a.attrelid, a.attnum
