-- Rows by table as ANALYZE last saw them: the first number of `stat`. A partial index tells a
-- smaller one. The table is there only after an ANALYZE.
-- https://sqlite.org/fileformat2.html#stat1tab
SELECT tbl, max(CAST(stat AS INTEGER)) AS row_count
FROM main.sqlite_stat1
GROUP BY tbl
ORDER BY tbl;
