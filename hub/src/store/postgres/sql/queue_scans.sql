-- A verdict that is older than what counts is asked for anew; an infected file stays so.
INSERT INTO scans (sha256, state, tries, next_try_at, asked_at)
SELECT DISTINCT r.sha256, 'pending', 0, r.at, r.at
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS r (sha256, at, before)
ORDER BY r.sha256
ON CONFLICT (sha256) DO UPDATE SET
    state = 'pending', tries = 0, next_try_at = excluded.next_try_at, scanned_at = NULL,
    scanned_by = NULL, asked_at = excluded.asked_at
WHERE scans.state = 'clean' AND scans.scanned_at < $3[1]
