-- The columns of the same tables, in the order of their numbers, which have gaps where columns
-- were dropped. A generated column's expression is kept where defaults are (attgenerated), and is
-- none.
--
-- By hand: psql -v schema= -v tables={} -f columns.sql
SELECT a.attrelid::int8,
       a.attnum,
       a.attname::text,
       format_type(a.atttypid, a.atttypmod),
       a.atttypid::int8,
       a.atttypmod,
       a.attnotnull,
       CASE WHEN a.atthasdef AND a.attgenerated = ''
            THEN (SELECT pg_get_expr(d.adbin, d.adrelid)
                    FROM pg_catalog.pg_attrdef d
                   WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
       END,
       col_description(a.attrelid, a.attnum)
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
