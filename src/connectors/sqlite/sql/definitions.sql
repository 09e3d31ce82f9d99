-- The statements that made what there is, as the file keeps them: without TEMP and IF NOT EXISTS,
-- else as they were written. Indexes that serve a constraint have none.
-- https://sqlite.org/schematab.html
SELECT o.type, o.name, o.tbl_name, o.sql
FROM sqlite_schema AS o
WHERE o.sql IS NOT NULL
ORDER BY o.type, o.tbl_name, o.name;
