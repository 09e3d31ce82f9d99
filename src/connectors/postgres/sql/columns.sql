-- The columns of the same tables, in the order of their numbers, which have gaps where columns
-- were dropped. What a generated column is computed by is kept where defaults are.
--
-- A default names no column, so that its table need not be told; told, the server would open each
-- table for it, which takes longer than all else here.
--
-- By hand: psql -v schema= -v tables={} -f columns.sql
SELECT a.attrelid::int8,
       a.attnum,
       a.attname::text,
       format_type(a.atttypid, a.atttypmod),
       a.atttypid::int8,
       a.atttypmod,
       a.attnotnull,
       pg_get_expr(d.adbin, CASE a.attgenerated WHEN '' THEN 0 ELSE d.adrelid END),
       a.attidentity::text,
       a.attgenerated::text,
       a.attcollation::int8,
       o.description
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_class'::regclass
        AND o.objoid = a.attrelid AND o.objsubid = a.attnum
 WHERE a.attnum > 0 AND NOT a.attisdropped
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY a.attrelid, a.attnum
