-- The conditions of domains.
--
-- By hand: psql -f domain_checks.sql
SELECT k.contypid::int8,
       k.conname::text,
       pg_get_expr(k.conbin, 0),
       k.convalidated,
       o.description
  FROM pg_catalog.pg_constraint k
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_constraint'::regclass AND o.objoid = k.oid
 WHERE k.contypid <> 0 AND k.contype = 'c'
 ORDER BY k.contypid, k.conname
