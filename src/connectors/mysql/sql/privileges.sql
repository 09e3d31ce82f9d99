-- What was granted to the account itself: everywhere, on databases (their names may be patterns),
-- on tables, on columns. What comes from roles is not among it.
SELECT g.level, g.table_schema, g.table_name, g.privilege_type
FROM (
    SELECT 'all' AS level, GRANTEE AS grantee, NULL AS table_schema, NULL AS table_name, PRIVILEGE_TYPE AS privilege_type
    FROM information_schema.USER_PRIVILEGES
    UNION ALL
    SELECT 'schema', GRANTEE, TABLE_SCHEMA, NULL, PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES
    UNION ALL
    SELECT 'table', GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE FROM information_schema.TABLE_PRIVILEGES
    UNION ALL
    SELECT 'column', GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE FROM information_schema.COLUMN_PRIVILEGES
) AS g
WHERE g.grantee = CONCAT(
    '''', LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)) - 1),
    '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')
ORDER BY g.level, g.table_schema, g.table_name, g.privilege_type
