-- The triggers of the same tables. The server's own, which see to foreign keys, are left out; not
-- so those that a partition has of its parent, which were marked as internal before PostgreSQL 15.
-- Of tables that are locked by others those with a condition are left out.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f triggers.sql
SELECT t.tgrelid::int8,
       t.tgname::text,
       t.tgtype,
       t.tgenabled = 'D',
       pg_get_triggerdef(t.oid),
       o.description
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_trigger'::regclass AND o.objoid = t.oid
 WHERE (NOT t.tgisinternal
        OR t.tgconstraint = 0
           AND EXISTS (SELECT
                         FROM pg_catalog.pg_depend d
                        WHERE d.classid = 'pg_catalog.pg_trigger'::regclass
                          AND d.objid = t.oid
                          AND d.refclassid = 'pg_catalog.pg_trigger'::regclass))
   AND (t.tgqual IS NULL OR t.tgrelid <> ALL (:'locked'::oid[]))
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY t.tgrelid, t.tgname
