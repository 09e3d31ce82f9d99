-- Who answers, and in which database.
SELECT pg_catalog.version(),
       pg_catalog.current_database()
