-- Whether the server takes writes, and whether it is a standby.
SELECT pg_catalog.current_setting('transaction_read_only') = 'on',
       pg_catalog.pg_is_in_recovery()
