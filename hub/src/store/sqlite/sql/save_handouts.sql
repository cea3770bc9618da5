UPDATE statement_handouts AS x SET
    state = r.state, tries = r.tries, next_try_at = r.next_try_at, why = r.why,
    sent_at = r.sent_at, failed_at = r.failed_at
FROM (
    SELECT
        value ->> '$.authority' AS authority, value ->> '$.day' AS day,
        value ->> '$.state' AS state, value ->> '$.tries' AS tries,
        value ->> '$.next_try_at' AS next_try_at, value ->> '$.why' AS why,
        value ->> '$.sent_at' AS sent_at, value ->> '$.failed_at' AS failed_at
    FROM json_each($1)
) AS r
WHERE x.authority = r.authority AND x.day = r.day
