-- Enums with their values, in their order.
--
-- By hand: psql -f enums.sql
SELECT t.oid::int8,
       n.nspname::text,
       t.typname::text,
       e.enumlabel::text,
       o.description
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_type'::regclass AND o.objoid = t.oid
 WHERE t.typtype = 'e' AND n.nspname !~ '^pg_'
 ORDER BY n.nspname, t.typname, e.enumsortorder
