-- The oldest transaction that this snapshot does not hold, and the first number that no transaction
-- bears yet. A snapshot's own end (xmax) lies behind the last transaction that is over, and others
-- with higher numbers may be under way; age() counts up to the next number to be given (PostgreSQL's
-- GetStableLatestTransactionId), and gives none. Numbers have 32 bits to it.
SELECT x.oldest, x.behind + pg_catalog.age((x.behind % 4294967296)::text::xid)
  FROM (SELECT pg_catalog.txid_snapshot_xmin(s.snapshot),
               pg_catalog.txid_snapshot_xmax(s.snapshot)
          FROM (SELECT pg_catalog.txid_current_snapshot()) AS s (snapshot)) AS x (oldest, behind)
 ORDER BY 1
