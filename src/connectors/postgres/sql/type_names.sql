-- What types are called, in full: no schema is looked up any more.
--
-- By hand: psql -v oids={23,25} -f type_names.sql
SET LOCAL search_path = '';
SELECT format_type(t.oid, NULL)
  FROM unnest(:'oids'::oid[]) WITH ORDINALITY AS t (oid, ordinal)
 ORDER BY t.ordinal
