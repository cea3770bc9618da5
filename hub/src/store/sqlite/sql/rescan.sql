UPDATE scans SET
    state = 'pending', signature = NULL, why = NULL, tries = 0, next_try_at = $1 ->> '$.at',
    scanned_at = NULL, scanned_by = NULL
WHERE sha256 = $1 ->> '$.sha256'
