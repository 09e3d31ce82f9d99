-- The comments on the same tables' columns.
--
-- By hand: psql -v schema= -v tables={} -f column_comments.sql
SELECT o.objoid::int8,
       o.objsubid,
       o.description
  FROM pg_catalog.pg_description o
 WHERE o.classoid = 'pg_catalog.pg_class'::regclass AND o.objsubid > 0
   AND (:'schema' = '' AND :'tables' = '{}'
        OR o.objoid IN
           (SELECT c.oid
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE (:'schema' = '' OR n.nspname = :'schema')
               AND (:'tables' = '{}'
                    OR c.relname = ANY (:'tables'::text[])
                    OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))))
 ORDER BY o.objoid, o.objsubid
