-- The operator classes that indexes may be built with. Another one than the default is named as
-- the server does where no schema is looked up: with its schema, unless that is the server's own.
--
-- By hand: psql -f operator_classes.sql
SELECT k.oid::int8,
       CASE WHEN n.nspname = 'pg_catalog' THEN quote_ident(k.opcname)
            ELSE quote_ident(n.nspname) || '.' || quote_ident(k.opcname)
       END,
       m.amname::text,
       k.opcintype::int8,
       k.opcdefault
  FROM pg_catalog.pg_opclass k
  JOIN pg_catalog.pg_namespace n ON n.oid = k.opcnamespace
  JOIN pg_catalog.pg_am m ON m.oid = k.opcmethod
 ORDER BY k.oid
