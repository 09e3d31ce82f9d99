-- Who answers, and the current database as the server itself writes it.
SELECT VERSION(), @@version_comment, DATABASE()
