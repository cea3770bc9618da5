UPDATE scans AS x SET next_try_at = (($1::json) ->> 'until')::bigint
WHERE x.sha256 IN (
    SELECT sha256 FROM scans
    WHERE state = 'pending' AND next_try_at <= (($1::json) ->> 'now')::bigint
    ORDER BY next_try_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object(
    'sha256', x.sha256, 'state', x.state, 'signature', x.signature, 'why', x.why,
    'tries', x.tries, 'next_try_at', x.next_try_at, 'scanned_at', x.scanned_at,
    'scanned_by', x.scanned_by, 'asked_at', x.asked_at
)::text
