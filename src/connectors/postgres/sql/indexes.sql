-- The indexes of the same tables, which stand in the schemas of those.
--
-- By hand: psql -v schema= -v tables={} -v locked={} -f indexes.sql
--
-- Of tables that are locked by others only those are told that are of columns alone: an index without
-- its condition would look like one of all rows.
-- A key that is an expression has 0 as its column; the texts of those follow in their order. Keys
-- may have options for their operator class, but none of the classes for B-trees (403) and hashes
-- (405) takes any. The size is as storage.sql has it. A column that an older server's catalog does
-- not have is taken from "older".
SELECT i.indrelid::int8,
       i.indexrelid::int8,
       x.relname::text,
       m.amname::text,
       i.indisunique,
       i.indisprimary,
       i.indisvalid AND i.indisready,
       i.indnullsnotdistinct,
       i.indnkeyatts,
       i.indkey::text,
       i.indclass::text,
       i.indcollation::text,
       i.indoption::text,
       CASE WHEN i.indexprs IS NOT NULL
            THEN ARRAY (SELECT pg_get_indexdef(i.indexrelid, k.number, true)
                          FROM generate_series(1, i.indnkeyatts) AS k (number)
                         WHERE i.indkey[k.number - 1] = 0
                         ORDER BY k.number)::text
       END,
       CASE WHEN x.relam NOT IN (403, 405)
            THEN ARRAY (SELECT coalesce(array_to_string(a.attoptions, ', '), '')
                          FROM pg_catalog.pg_attribute a
                         WHERE a.attrelid = i.indexrelid AND a.attnum <= i.indnkeyatts
                         ORDER BY a.attnum)::text
       END,
       pg_get_expr(i.indpred, i.indrelid),
       x.reloptions::text,
       p.spcname::text,
       x.relpages::int8 * current_setting('block_size')::int8,
       o.description
  FROM (SELECT false AS indnullsnotdistinct) AS older
 CROSS JOIN LATERAL
       (SELECT indrelid, indexrelid, indisunique, indisprimary, indisvalid, indisready,
               indnullsnotdistinct, indnkeyatts, indkey, indclass, indcollation, indoption, indexprs,
               indpred
          FROM pg_catalog.pg_index) AS i
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
  JOIN pg_catalog.pg_am m ON m.oid = x.relam
  LEFT JOIN pg_catalog.pg_tablespace p ON p.oid = x.reltablespace
  LEFT JOIN pg_catalog.pg_description o
         ON o.classoid = 'pg_catalog.pg_class'::regclass AND o.objoid = x.oid AND o.objsubid = 0
 WHERE (i.indexprs IS NULL AND i.indpred IS NULL OR i.indrelid <> ALL (:'locked'::oid[]))
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (:'schema' = '' AND :'tables' = '{}'
        OR i.indrelid IN
           (SELECT c.oid
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE (:'schema' = '' OR n.nspname = :'schema')
               AND (:'tables' = '{}'
                    OR c.relname = ANY (:'tables'::text[])
                    OR n.nspname || '.' || c.relname = ANY (:'tables'::text[]))))
 ORDER BY i.indrelid, x.relname
