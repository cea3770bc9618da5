UPDATE reminders AS x SET
    state = r.state, tries = r.tries, next_attempt_at = r.next_attempt_at,
    lease_until = r.lease_until, why = r.why, sent_at = r.sent_at
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.state' AS state, value ->> '$.tries' AS tries,
        value ->> '$.next_attempt_at' AS next_attempt_at,
        value ->> '$.lease_until' AS lease_until, value ->> '$.why' AS why,
        value ->> '$.sent_at' AS sent_at
    FROM json_each($1)
) AS r
WHERE x.id = r.id
