-- The keys, checks and exclusions of the same tables, among them the few of the server's own,
-- which are more quickly left out when they are here than there. Not-null constraints, which PostgreSQL 18
-- lists too, are told by the columns.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f constraints.sql
--
-- Of tables that are locked by others only keys are told: to print an expression, the server opens
-- its table. A column that an older server's catalog does not have is taken from "older", outside.
SELECT k.conrelid::int8,
       k.contype::text,
       k.conname::text,
       k.conkey::text,
       k.conindid::int8,
       k.condeferrable,
       k.condeferred,
       k.convalidated,
       k.conenforced,
       k.connoinherit,
       k.conperiod,
       CASE k.contype
            WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid)
            WHEN 'x' THEN pg_get_constraintdef(k.oid)
       END,
       o.description
  FROM (SELECT true AS conenforced, false AS conperiod) AS older
 CROSS JOIN LATERAL
       (SELECT oid, conrelid, contype, conname, conkey, conindid, condeferrable, condeferred,
               convalidated, conenforced, connoinherit, conperiod, conbin
          FROM pg_catalog.pg_constraint) AS k
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_constraint'::regclass AND o.objoid = k.oid
 WHERE k.contype IN ('p', 'u', 'c', 'x') AND k.conrelid <> 0
   AND (k.contype IN ('p', 'u') OR k.conrelid <> ALL (:'locked'::oid[]))
   AND (:'schema' = '' AND :'tables' = '{}'
        OR k.conrelid IN
           (SELECT c.oid
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE (:'schema' = '' OR n.nspname = :'schema')
               AND (:'tables' = '{}'
                    OR c.relname = ANY (:'tables'::text[])
                    OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))))
 ORDER BY k.conrelid, k.contype, k.conname
