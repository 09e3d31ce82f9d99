-- The foreign keys of all stored tables, one row a column. The first to be declared has the
-- greatest id. "to" is NULL where the parent's columns are left out, which means its primary key.
-- https://sqlite.org/pragma.html#pragma_foreign_key_list
SELECT t.name, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
FROM sqlite_schema AS t, pragma_foreign_key_list(t.name, 'main') AS f
WHERE t.type = 'table' AND t.rootpage > 0 AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY t.name, f.id DESC, f.seq;
