-- Those of the same tables that another session has locked against everything (ACCESS EXCLUSIVE), or
-- waits to: who asks for a table then waits behind it. Also views that select from such tables,
-- and tables whose policies do: to print their texts the server opens those.
--
-- By hand: psql -v schema= -v tables={} -f locked.sql
WITH locked (relation) AS (
    SELECT DISTINCT l.relation
      FROM pg_catalog.pg_locks l
      JOIN pg_catalog.pg_database d ON d.oid = l.database
     WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
       AND d.datname = pg_catalog.current_database()
)
SELECT c.oid::int8,
       n.nspname::text,
       c.relname::text,
       c.oid IN (SELECT l.relation FROM locked l)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND (c.oid IN (SELECT l.relation FROM locked l)
        OR c.oid IN
           (SELECT coalesce(r.ev_class, k.polrelid)
              FROM locked l
              JOIN pg_catalog.pg_depend d
                ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = l.relation
              LEFT JOIN pg_catalog.pg_rewrite r
                     ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
                    AND r.ev_type = '1'
              LEFT JOIN pg_catalog.pg_policy k
                     ON d.classid = 'pg_catalog.pg_policy'::regclass AND k.oid = d.objid))
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY n.nspname, c.relname
