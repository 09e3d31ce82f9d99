-- The columns of the one view or virtual table ?1, in the shape of columns.sql.
SELECT ?1, c.name, c.type, c."notnull", c.dflt_value, c.pk, 0 AS rowid_alias, 0 AS stored, c.hidden
FROM pragma_table_xinfo(?1, 'main') AS c
WHERE c.hidden <> 1
ORDER BY c.cid;
