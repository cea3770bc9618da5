UPDATE redrives AS x SET
    state = r.state, done = r.done, skipped = r.skipped, why = r.why, started_at = r.started_at,
    started_by = r.started_by, started_name = r.started_name, approved_at = r.approved_at,
    approved_by = r.approved_by, approved_name = r.approved_name, next_at = r.next_at,
    ended_at = r.ended_at
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.state' AS state, value ->> '$.done' AS done,
        value ->> '$.skipped' AS skipped, value ->> '$.why' AS why,
        value ->> '$.started_at' AS started_at, value ->> '$.started_by' AS started_by,
        value ->> '$.started_name' AS started_name, value ->> '$.approved_at' AS approved_at,
        value ->> '$.approved_by' AS approved_by, value ->> '$.approved_name' AS approved_name,
        value ->> '$.next_at' AS next_at, value ->> '$.ended_at' AS ended_at
    FROM json_each($1)
) AS r
WHERE x.id = r.id
