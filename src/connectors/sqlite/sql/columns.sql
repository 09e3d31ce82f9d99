-- The columns of all tables; of stored tables alone, without views and virtual ones, where ?1 is 1.
-- rootpage is 0 where nothing is stored. hidden: 1 is a virtual table's hidden column, 2 and 3
-- are generated ones, computed and stored. A primary key without an index of its own is the rowid
-- under another name, and never NULL.
-- https://sqlite.org/pragma.html#pragma_table_xinfo
SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk,
       c.pk > 0 AND NOT EXISTS (SELECT 1
                                FROM pragma_index_list(t.name, 'main') AS i
                                WHERE i.origin = 'pk') AS rowid_alias,
       t.rootpage > 0 AS stored, c.hidden
FROM sqlite_schema AS t, pragma_table_xinfo(t.name, 'main') AS c
WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
  AND (?1 IS NULL OR t.rootpage > 0) AND c.hidden <> 1
ORDER BY t.name, c.cid;
