-- The forms in which values that are cast to text arrive, whatever the login has set, and no limit
-- on the time that a transaction may take or idle. Not all versions have all of these.
SELECT pg_catalog.set_config(s.name, s.value, true)
  FROM (VALUES ('TimeZone', 'UTC'),
               ('DateStyle', 'ISO'),
               ('IntervalStyle', 'iso_8601'),
               ('extra_float_digits', '3'),
               ('bytea_output', 'hex'),
               ('quote_all_identifiers', 'off'),
               ('idle_in_transaction_session_timeout', '0'),
               ('transaction_timeout', '0')) AS s (name, value)
 WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL
 ORDER BY s.name
