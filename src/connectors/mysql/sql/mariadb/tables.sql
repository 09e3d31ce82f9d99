-- Tables, views and sequences. CREATE_OPTIONS makes the server open every table, whose engine then
-- counts rows and bytes in any case, so those are asked for at once. By hand it reads the current
-- database; in the program a list of names stands for it.
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, CREATE_OPTIONS, TABLE_COMMENT, TABLE_COLLATION, TABLE_ROWS, DATA_LENGTH, INDEX_LENGTH
FROM information_schema.TABLES
WHERE TABLE_SCHEMA IN (DATABASE())
ORDER BY TABLE_SCHEMA, TABLE_NAME
