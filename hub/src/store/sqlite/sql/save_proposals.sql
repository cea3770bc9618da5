UPDATE proposals AS x SET
    state = r.state, ladder = r.ladder, decided_at = r.decided_at, decided_by = r.decided_by,
    decided_name = r.decided_name, decided_why = r.decided_why
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.state' AS state, value ->> '$.ladder' AS ladder,
        value ->> '$.decided_at' AS decided_at, value ->> '$.decided_by' AS decided_by,
        value ->> '$.decided_name' AS decided_name, value ->> '$.decided_why' AS decided_why
    FROM json_each($1)
) AS r
WHERE x.id = r.id
