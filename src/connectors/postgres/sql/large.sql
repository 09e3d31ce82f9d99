-- The name of this snapshot, where the catalog is so large that a second connection is worth its
-- while: some 40,000 columns.
--
-- By hand: psql -f large.sql
SELECT pg_catalog.pg_export_snapshot()
 WHERE pg_catalog.pg_relation_size('pg_catalog.pg_attribute'::pg_catalog.regclass) > 6000000
 ORDER BY 1
