-- What types with their modifiers are called.
--
-- By hand: psql -v oids={1043,23} -v modifiers={54,-1} -f column_types.sql
SELECT format_type(t.oid, t.modifier)
  FROM unnest(:'oids'::oid[], :'modifiers'::int4[]) WITH ORDINALITY AS t (oid, modifier, ordinal)
 ORDER BY t.ordinal
