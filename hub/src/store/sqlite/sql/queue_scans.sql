-- A verdict that is older than what counts is asked for anew; an infected file stays so.
INSERT INTO scans (sha256, state, tries, next_try_at, asked_at)
SELECT DISTINCT j.value ->> '$.sha256', 'pending', 0, j.value ->> '$.at', j.value ->> '$.at'
FROM json_each($1) AS j
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (sha256) DO UPDATE SET
    state = 'pending', tries = 0, next_try_at = excluded.next_try_at, scanned_at = NULL,
    scanned_by = NULL, asked_at = excluded.asked_at
WHERE scans.state = 'clean' AND scans.scanned_at < (SELECT min(value ->> '$.before') FROM json_each($1))
