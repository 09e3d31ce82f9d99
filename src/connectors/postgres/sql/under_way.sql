-- The oldest transaction that was under way at this snapshot, and the first that had not begun. Its
-- successors of version 13 (pg_current_snapshot) say the same.
SELECT pg_catalog.txid_snapshot_xmin(s.snapshot),
       pg_catalog.txid_snapshot_xmax(s.snapshot)
  FROM (SELECT pg_catalog.txid_current_snapshot()) AS s (snapshot)
 ORDER BY 1
