UPDATE scans AS x SET
    state = j.value ->> '$.state', signature = j.value ->> '$.signature', why = j.value ->> '$.why',
    tries = j.value ->> '$.tries', next_try_at = j.value ->> '$.next_try_at',
    scanned_at = j.value ->> '$.scanned_at', scanned_by = j.value ->> '$.scanned_by'
FROM json_each($1) AS j WHERE x.sha256 = j.value ->> '$.sha256'
