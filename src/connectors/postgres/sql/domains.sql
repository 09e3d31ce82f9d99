-- Domains. Those of information_schema are there for views that show columns of its views.
--
-- By hand: psql -f domains.sql
SELECT t.oid::int8,
       n.nspname::text,
       t.typname::text,
       format_type(t.typbasetype, t.typtypmod),
       t.typbasetype::int8,
       t.typtypmod,
       pg_get_expr(t.typdefaultbin, 0),
       t.typcollation::int8,
       o.description
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_type'::regclass AND o.objoid = t.oid
 WHERE t.typtype = 'd' AND n.nspname !~ '^pg_'
 ORDER BY n.nspname, t.typname
