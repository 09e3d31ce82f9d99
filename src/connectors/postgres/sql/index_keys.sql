-- Of the same indexes, the keys that are expressions, or have options for their operator class,
-- which none of the classes for B-trees (403) and hashes (405) take.
--
-- By hand: psql -v schema= -v tables={} -f index_keys.sql
SELECT i.indexrelid::int8,
       a.attnum,
       CASE WHEN i.indkey[a.attnum - 1] = 0
            THEN pg_get_indexdef(i.indexrelid, a.attnum, true)
       END,
       a.atttypid::int8,
       a.attoptions::text
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid
 WHERE (i.indexprs IS NOT NULL OR x.relam NOT IN (403, 405))
   AND (i.indkey[a.attnum - 1] = 0 OR a.attoptions IS NOT NULL)
   AND c.relkind IN ('r', 'p', 'm')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY i.indexrelid, a.attnum
