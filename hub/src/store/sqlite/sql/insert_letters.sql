INSERT INTO letters (
    id, corporate_number, kind, recipient, state, tries, next_try_at, why, created_at, sent_at
)
SELECT
    value ->> '$.id', value ->> '$.corporate_number', value ->> '$.kind',
    value ->> '$.recipient', value ->> '$.state', value ->> '$.tries',
    value ->> '$.next_try_at', value ->> '$.why', value ->> '$.created_at',
    value ->> '$.sent_at'
FROM json_each($1)
