-- By what the same tables' rows are dealt out to partitions.
--
-- By hand: psql -v schema= -v tables={} -f partition_keys.sql
SELECT k.partrelid::int8,
       k.partstrat::text,
       pg_get_partkeydef(k.partrelid)
  FROM pg_catalog.pg_partitioned_table k
  JOIN pg_catalog.pg_class c ON c.oid = k.partrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE true
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY k.partrelid
