-- Files that wait to be looked through, or that hold malware, with whose they are.
SELECT json_build_object(
    'scan', json_build_object(
        'sha256', x.sha256, 'state', x.state, 'signature', x.signature, 'why', x.why,
        'tries', x.tries, 'next_try_at', x.next_try_at, 'scanned_at', x.scanned_at,
        'scanned_by', x.scanned_by, 'asked_at', x.asked_at
    ),
    'owner', (SELECT min(a.owner) FROM attachments AS a WHERE a.sha256 = x.sha256),
    'size', (SELECT max(a.size) FROM attachments AS a WHERE a.sha256 = x.sha256)
)::text
FROM scans AS x WHERE x.state IN ('pending', 'infected') AND x.state = ($1::json) ->> 'state'
ORDER BY x.asked_at LIMIT (($1::json) ->> 'limit')::bigint
