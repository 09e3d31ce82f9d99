-- The selects behind the same tables, where they are views; but for those that are locked by others, or
-- select from what is.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f views.sql
SELECT c.oid::int8,
       pg_get_viewdef(c.oid)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm')
   AND c.oid <> ALL (:'locked'::oid[])
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY c.oid
