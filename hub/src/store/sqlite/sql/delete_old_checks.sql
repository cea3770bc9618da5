-- What came of checks long ago, but of the newest; what they sent is purged before.
DELETE FROM checks WHERE filing_id IN (
    SELECT x.filing_id FROM checks AS x
    WHERE x.newest = 0 AND x.sent_at < $1 ->> '$.before' AND x.purged_at IS NOT NULL
    LIMIT $1 ->> '$.limit'
)
