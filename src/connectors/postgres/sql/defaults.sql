-- The defaults of the same tables' columns, and what generated ones are computed by, which is kept in
-- the same place.
--
-- A default names no column, so that its table need not be told; told, the server would open each
-- table for it, which takes longer than all else here. What names columns has them as nodes "VAR",
-- and is left out where others have locked the table.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f defaults.sql
SELECT d.adrelid::int8,
       d.adnum,
       pg_get_expr(d.adbin, CASE WHEN strpos(d.adbin::text, '{VAR ') > 0 THEN d.adrelid ELSE 0 END)
  FROM pg_catalog.pg_attrdef d
 WHERE (strpos(d.adbin::text, '{VAR ') = 0 OR d.adrelid <> ALL (:'locked'::oid[]))
   AND (:'schema' = '' AND :'tables' = '{}'
        OR d.adrelid IN
           (SELECT c.oid
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE (:'schema' = '' OR n.nspname = :'schema')
               AND (:'tables' = '{}'
                    OR c.relname = ANY (:'tables'::text[])
                    OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))))
 ORDER BY d.adrelid, d.adnum
