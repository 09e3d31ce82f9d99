-- Searches some schemas too, behind those that are searched.
--
-- By hand: psql -v schemas='"extensions"' -f search_too.sql
SELECT pg_catalog.set_config('search_path', concat_ws(', ', nullif(s.path, ''), :'schemas'), true)
  FROM (SELECT pg_catalog.current_setting('search_path')) AS s (path)
 ORDER BY 1
