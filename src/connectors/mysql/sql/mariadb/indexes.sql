-- Indexes, and with them the primary and unique keys: TABLE_CONSTRAINTS shows those only to a login
-- that may do more than read. The program puts them in order by itself.
SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, INDEX_TYPE, COLUMN_NAME, COLLATION, SUB_PART, COMMENT, INDEX_COMMENT,
    IGNORED, SEQ_IN_INDEX
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA IN (DATABASE())
ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
