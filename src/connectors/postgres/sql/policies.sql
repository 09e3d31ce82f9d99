-- The policies that say which rows of the same tables are shown to whom. None of tables that
-- are locked by others, or whose policies ask such tables.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f policies.sql
SELECT k.polrelid::int8,
       k.polname::text,
       k.polcmd::text,
       k.polpermissive,
       CASE WHEN 0 = ANY (k.polroles) THEN '{}'
            ELSE ARRAY (SELECT pg_get_userbyid(u.role)
                          FROM unnest(k.polroles) AS u (role)
                         ORDER BY 1)::text
       END,
       pg_get_expr(k.polqual, k.polrelid),
       pg_get_expr(k.polwithcheck, k.polrelid)
  FROM pg_catalog.pg_policy k
  JOIN pg_catalog.pg_class c ON c.oid = k.polrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.polrelid <> ALL (:'locked'::oid[])
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' OR n.nspname = :'schema')
   AND (:'tables' = '{}'
        OR c.relname = ANY (:'tables'::text[])
        OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))
 ORDER BY k.polrelid, k.polname
