-- Composite types that are no table's, with their fields in order.
--
-- By hand: psql -f composites.sql
SELECT t.oid::int8,
       n.nspname::text,
       t.typname::text,
       a.attname::text,
       format_type(a.atttypid, a.atttypmod),
       a.atttypid::int8,
       a.atttypmod,
       o.description
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_attribute a
         ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_type'::regclass AND o.objoid = t.oid
 WHERE n.nspname !~ '^pg_'
 ORDER BY n.nspname, t.typname, a.attnum
