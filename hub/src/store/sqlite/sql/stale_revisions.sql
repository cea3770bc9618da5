-- Queued for long without effect: its message is lost. The wait doubles each time, so that what
-- only stands in a long line does not make the line longer for ever.
UPDATE revisions SET queued_at = $1 ->> '$.now'
WHERE (filing_id, revision) IN (
    SELECT x.filing_id, x.revision FROM revisions AS x
    WHERE x.routed_at IS NULL
        AND max(x.received_at, coalesce(x.queued_at, x.received_at)) <= $1 ->> '$.before'
        AND coalesce(x.queued_at + min(x.queued_at - x.received_at, $1 ->> '$.stale_max'), 0)
            <= $1 ->> '$.now'
    ORDER BY max(x.received_at, coalesce(x.queued_at, x.received_at))
    LIMIT $1 ->> '$.limit'
)
RETURNING json_array(filing_id, revision, trace)
