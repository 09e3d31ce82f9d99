-- The foreign keys of the same tables. The tables and columns that they refer to are named here only
-- where not all tables are selected; else tables.sql and columns.sql have them.
--
-- By hand: psql -v schema= -v tables={} -f foreign_keys.sql
--
-- A foreign key of a partitioned table stands once more for each partition. One towards a
-- partitioned table stands once more for each partition of that, for the server's own use: those
-- are left out; what they refer to differs from what their parent does.
-- A column that an older server's catalog does not have is taken from "older", outside.
SELECT k.conrelid::int8,
       k.conname::text,
       k.conkey::text,
       CASE WHEN :'schema' <> '' OR :'tables' <> '{}'
            THEN (SELECT n.nspname::text
                    FROM pg_catalog.pg_class t
                    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
                   WHERE t.oid = k.confrelid)
       END,
       CASE WHEN :'schema' <> '' OR :'tables' <> '{}'
            THEN (SELECT t.relname::text FROM pg_catalog.pg_class t WHERE t.oid = k.confrelid)
       END,
       k.confrelid::int8,
       k.confkey::text,
       CASE WHEN :'schema' <> '' OR :'tables' <> '{}'
            THEN (SELECT array_agg(a.attname ORDER BY u.ordinal)::text
                    FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, ordinal)
                    JOIN pg_catalog.pg_attribute a
                      ON a.attrelid = k.confrelid AND a.attnum = u.attnum)
       END,
       k.confupdtype::text,
       k.confdeltype::text,
       k.confdelsetcols::text,
       k.confmatchtype::text,
       k.condeferrable,
       k.condeferred,
       k.convalidated,
       k.conenforced,
       k.conperiod,
       o.description
  FROM (SELECT true AS conenforced, false AS conperiod, NULL::int2[] AS confdelsetcols) AS older
 CROSS JOIN LATERAL
       (SELECT oid, conrelid, contype, conname, conkey, confrelid, confkey, confupdtype,
               confdeltype, confdelsetcols, confmatchtype, condeferrable, condeferred,
               convalidated, conenforced, conperiod, conparentid
          FROM pg_catalog.pg_constraint) AS k
  LEFT JOIN pg_catalog.pg_constraint parent ON parent.oid = k.conparentid
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_constraint'::regclass AND o.objoid = k.oid
 WHERE k.contype = 'f'
   AND (parent.oid IS NULL OR parent.confrelid = k.confrelid)
   AND (:'schema' = '' AND :'tables' = '{}'
        OR k.conrelid IN
           (SELECT c.oid
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE (:'schema' = '' OR n.nspname = :'schema')
               AND (:'tables' = '{}'
                    OR c.relname = ANY (:'tables'::text[])
                    OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))))
 ORDER BY k.conrelid, k.conname
