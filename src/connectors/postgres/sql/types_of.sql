-- Some types and what they are made of. The columns are those of types.sql.
--
-- By hand: psql -v oids={23,1009} -f types_of.sql
WITH RECURSIVE made_of (oid) AS (
    SELECT o.oid
      FROM unnest(:'oids'::oid[]) AS o (oid)
     UNION
    SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype
                WHEN t.typcategory = 'A' THEN t.typelem
                ELSE 0
           END
      FROM made_of AS m
      JOIN pg_catalog.pg_type t ON t.oid = m.oid
)
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
  JOIN made_of m ON m.oid = t.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_depend d
         ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
 ORDER BY t.oid
