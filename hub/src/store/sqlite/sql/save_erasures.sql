UPDATE erasures AS x SET
    state = r.state, done = r.done, kept = r.kept, reached_at = r.reached_at,
    reached_id = r.reached_id, approved_at = r.approved_at, approved_by = r.approved_by,
    approved_name = r.approved_name, ended_at = r.ended_at
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.state' AS state, value ->> '$.done' AS done,
        value ->> '$.kept' AS kept, value ->> '$.reached_at' AS reached_at,
        value ->> '$.reached_id' AS reached_id, value ->> '$.approved_at' AS approved_at,
        value ->> '$.approved_by' AS approved_by, value ->> '$.approved_name' AS approved_name,
        value ->> '$.ended_at' AS ended_at
    FROM json_each($1)
) AS r
WHERE x.id = r.id
