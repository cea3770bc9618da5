-- Queued for long without effect: its message is lost. The wait doubles each time, so that what
-- only stands in a long line does not make the line longer for ever.
UPDATE revisions SET queued_at = (($1::json) ->> 'now')::bigint
WHERE (filing_id, revision) IN (
    SELECT x.filing_id, x.revision FROM revisions AS x
    WHERE x.routed_at IS NULL
        AND greatest(x.received_at, x.queued_at) <= (($1::json) ->> 'before')::bigint
        AND coalesce(
            x.queued_at
            + least(x.queued_at - x.received_at, (($1::json) ->> 'stale_max')::bigint), 0
        ) <= (($1::json) ->> 'now')::bigint
    ORDER BY greatest(x.received_at, x.queued_at)
    LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_array(filing_id, revision, trace)::text
