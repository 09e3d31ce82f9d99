-- Tables, views and sequences. None of the columns that make the server open tables for their
-- statistics. By hand it reads the current database; in the program a list of names stands for it.
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, CREATE_OPTIONS, TABLE_COMMENT, TABLE_COLLATION
FROM information_schema.TABLES
WHERE TABLE_SCHEMA IN (DATABASE())
ORDER BY TABLE_SCHEMA, TABLE_NAME
