-- What InnoDB itself has noted of foreign keys, for a login with the right PROCESS. The names of files
-- stand there for those of databases and tables.
SELECT CONVERT(CONVERT(BINARY SUBSTRING_INDEX(FOR_NAME, '/', 1) USING filename) USING utf8mb4) AS table_schema,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(FOR_NAME, '/', -1) USING filename) USING utf8mb4) AS table_name,
    SUBSTR(ID, LOCATE('/', ID) + 1) AS constraint_name, TYPE,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(REF_NAME, '/', 1) USING filename) USING utf8mb4) AS referenced_schema,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(REF_NAME, '/', -1) USING filename) USING utf8mb4) AS referenced_table,
    ID, N_COLS
FROM information_schema.INNODB_SYS_FOREIGN
HAVING table_schema IN (DATABASE())
ORDER BY table_schema, table_name, constraint_name
