-- The engines' estimates of rows and bytes: apart, because it opens every table and may take long.
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS, DATA_LENGTH, INDEX_LENGTH
FROM information_schema.TABLES
WHERE TABLE_SCHEMA IN (DATABASE()) AND TABLE_TYPE <> 'VIEW'
ORDER BY TABLE_SCHEMA, TABLE_NAME
