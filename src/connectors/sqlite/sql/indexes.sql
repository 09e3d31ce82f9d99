-- The indexes of all stored tables, one row a key. origin: c is CREATE INDEX, u and pk are
-- constraints. cid: -1 is the rowid, -2 an expression. Rows that are no key (x.key = 0) are what
-- leads from the index to the table.
-- https://sqlite.org/pragma.html#pragma_index_list
-- https://sqlite.org/pragma.html#pragma_index_xinfo
SELECT t.name, i.name, i."unique", i.origin, i.partial, x.cid, x.name, x."desc", x.coll
FROM sqlite_schema AS t, pragma_index_list(t.name, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS x
WHERE t.type = 'table' AND t.rootpage > 0 AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND x.key = 1
ORDER BY t.name, i.name, x.seqno;
