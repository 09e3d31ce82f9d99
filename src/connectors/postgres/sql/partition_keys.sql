-- By what the same tables' rows are dealt out to partitions; nothing for columns where the table
-- is locked by others.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f partition_keys.sql
SELECT k.partrelid::int8,
       k.partstrat::text,
       CASE WHEN k.partrelid <> ALL (:'locked'::oid[]) THEN pg_get_partkeydef(k.partrelid) ELSE '' END
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
