-- The columns of the same foreign keys, in their order. Never joined with those on the server, which
-- would compare each with each.
SELECT ID, FOR_COL_NAME, REF_COL_NAME,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(ID, '/', 1) USING filename) USING utf8mb4) AS constraint_schema
FROM information_schema.INNODB_SYS_FOREIGN_COLS
HAVING constraint_schema IN (DATABASE())
ORDER BY ID, POS
