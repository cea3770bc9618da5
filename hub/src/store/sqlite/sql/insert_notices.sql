INSERT INTO notices (
    id, filing_id, delivery_id, kind, recipient, state, turn, tries, next_attempt_at,
    lease_until, why, created_at, sent_at, updated_at, trace
)
SELECT
    value ->> '$.id', value ->> '$.filing_id', value ->> '$.delivery_id',
    value ->> '$.kind', value ->> '$.recipient', value ->> '$.state', value ->> '$.turn',
    value ->> '$.tries', value ->> '$.next_attempt_at', value ->> '$.lease_until',
    value ->> '$.why', value ->> '$.created_at', value ->> '$.sent_at',
    value ->> '$.updated_at', value ->> '$.trace'
FROM json_each($1)
