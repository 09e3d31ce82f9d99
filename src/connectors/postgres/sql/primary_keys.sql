-- The columns of the same tables' primary keys, in the order of the key.
--
-- By hand: psql -v schema= -v tables={} -f primary_keys.sql
SELECT k.conrelid::int8,
       u.attnum
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u (attnum, ordinal)
 WHERE k.contype = 'p'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY k.conrelid, u.ordinal
