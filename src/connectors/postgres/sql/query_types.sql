-- The types of the columns of a caller's select, without running it: the join is empty, and one
-- row of NULLs remains. The program fills in what stands in braces.
SELECT t.oid::int8
  FROM (SELECT ARRAY[{types}]::oid[] AS oids
          FROM (SELECT 1) AS one
          LEFT JOIN ({query}
) AS query ({columns}) ON false) AS described
 CROSS JOIN LATERAL unnest(described.oids) WITH ORDINALITY AS t (oid, ordinal)
 ORDER BY t.ordinal
