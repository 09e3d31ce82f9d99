-- What InnoDB itself has noted of foreign keys, for a login with the right PROCESS. The names of files
-- stand there for those of databases and tables.
SELECT CONVERT(CONVERT(BINARY SUBSTRING_INDEX(ID, '/', 1) USING filename) USING utf8mb4) AS constraint_schema,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(FOR_NAME, '/', -1) USING filename) USING utf8mb4) AS table_name,
    SUBSTR(ID, LOCATE('/', ID) + 1) AS constraint_name, TYPE,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(REF_NAME, '/', 1) USING filename) USING utf8mb4) AS referenced_schema,
    CONVERT(CONVERT(BINARY SUBSTRING_INDEX(REF_NAME, '/', -1) USING filename) USING utf8mb4) AS referenced_table
FROM information_schema.INNODB_SYS_FOREIGN
HAVING constraint_schema IN (DATABASE())
ORDER BY constraint_schema, table_name, constraint_name
