-- The databases that the login sees, but the server's own.
SELECT SCHEMA_NAME
FROM information_schema.SCHEMATA
WHERE LOWER(SCHEMA_NAME) NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys', 'ndbinfo', 'metrics_schema')
ORDER BY SCHEMA_NAME
