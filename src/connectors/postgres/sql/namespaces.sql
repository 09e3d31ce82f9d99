-- The schemas, but for the server's own.
--
-- By hand: psql -v schema= -f namespaces.sql
SELECT n.nspname::text,
       o.description
  FROM pg_catalog.pg_namespace n
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_namespace'::regclass AND o.objoid = n.oid
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
 ORDER BY n.nspname
