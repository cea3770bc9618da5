UPDATE scans AS x SET next_try_at = $1 ->> '$.until'
WHERE x.sha256 IN (
    SELECT sha256 FROM scans
    WHERE state = 'pending' AND next_try_at <= $1 ->> '$.now'
    ORDER BY next_try_at LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'sha256', sha256, 'state', state, 'signature', signature, 'why', why, 'tries', tries,
    'next_try_at', next_try_at, 'scanned_at', scanned_at, 'scanned_by', scanned_by,
    'asked_at', asked_at
)
