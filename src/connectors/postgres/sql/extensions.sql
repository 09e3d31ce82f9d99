-- The extensions that are installed.
--
-- By hand: psql -f extensions.sql
SELECT e.extname::text,
       e.extversion,
       n.nspname::text,
       o.description
  FROM pg_catalog.pg_extension e
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_extension'::regclass AND o.objoid = e.oid
 ORDER BY e.extname
