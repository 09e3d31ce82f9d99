-- What types are made of. Left out are the row types that every table brings along, and arrays of
-- those: they outnumber all others. The last column tells those that an extension brought.
--
-- By hand: psql -f types.sql
SELECT t.oid::int8,
       n.nspname::text,
       t.typname::text,
       t.typtype::text,
       t.typcategory::text,
       CASE WHEN t.typcategory = 'A' THEN t.typelem::int8 ELSE 0 END,
       t.typbasetype::int8,
       t.typtypmod,
       t.typnotnull,
       t.typcollation::int8,
       d.objid IS NOT NULL
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' AND e.typrelid <> 0
  LEFT JOIN pg_catalog.pg_depend d
         ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
 WHERE t.typrelid = 0 AND e.oid IS NULL
    OR coalesce(nullif(t.typrelid, 0), e.typrelid)
       IN (SELECT r.oid FROM pg_catalog.pg_class r WHERE r.relkind = 'c')
 ORDER BY t.oid
