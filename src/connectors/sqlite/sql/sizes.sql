-- Bytes of each table and index. Reads every page of the file.
-- https://sqlite.org/dbstat.html
SELECT s.name, s.pgsize
FROM dbstat('main') AS s
WHERE s.aggregate = TRUE
ORDER BY s.name;
