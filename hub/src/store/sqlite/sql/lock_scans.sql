-- One writer at a time on this engine: no row lock is needed.
SELECT json_object(
    'sha256', x.sha256, 'state', x.state, 'signature', x.signature, 'why', x.why,
    'tries', x.tries, 'next_try_at', x.next_try_at, 'scanned_at', x.scanned_at,
    'scanned_by', x.scanned_by, 'asked_at', x.asked_at
)
FROM scans AS x WHERE x.sha256 IN (SELECT value FROM json_each($1))
