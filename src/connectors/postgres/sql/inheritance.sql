-- Which of the same tables inherits from which, in the order of the parents; and which tables are
-- partitions of them, those of a name that comes later later, the default partition last.
--
-- A bound names no column, so that its table need not be told: the server would open it.
--
-- By hand: psql -v schema= -v tables={} -f inheritance.sql
SELECT i.inhrelid::int8,
       cn.nspname::text,
       c.relname::text,
       i.inhparent::int8,
       pn.nspname::text,
       p.relname::text,
       pg_get_expr(c.relpartbound, 0)
  FROM pg_catalog.pg_inherits i
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
  JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
  JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
  JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
 WHERE cn.nspname !~ '^pg_' AND pn.nspname !~ '^pg_'
   AND (:'schema' = '' OR cn.nspname = :'schema' OR pn.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR cn.nspname || '.' || c.relname = ANY (:'tables'::text[])
        OR p.relname = ANY (:'tables'::text[])
        OR pn.nspname || '.' || p.relname = ANY (:'tables'::text[]))
 ORDER BY i.inhrelid, i.inhseqno
