INSERT INTO reminders (
    id, day, step, addressee, mail, deliveries, state, tries, next_attempt_at, lease_until, why,
    made_at, sent_at
)
SELECT
    value ->> '$.id', value ->> '$.day', value ->> '$.step', value ->> '$.addressee',
    value ->> '$.mail', value ->> '$.deliveries', value ->> '$.state', value ->> '$.tries',
    value ->> '$.next_attempt_at', value ->> '$.lease_until', value ->> '$.why',
    value ->> '$.made_at', value ->> '$.sent_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
