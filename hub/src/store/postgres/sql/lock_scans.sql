-- Whoever waits for a verdict has this lock until it is written down that they wait.
SELECT json_build_object(
    'sha256', x.sha256, 'state', x.state, 'signature', x.signature, 'why', x.why,
    'tries', x.tries, 'next_try_at', x.next_try_at, 'scanned_at', x.scanned_at,
    'scanned_by', x.scanned_by, 'asked_at', x.asked_at
)::text
FROM scans AS x WHERE x.sha256 = ANY($1::text[])
ORDER BY x.sha256 FOR UPDATE
