-- What is there stays: a statement is handed out once.
INSERT INTO statement_handouts (
    authority, day, way, state, tries, next_try_at, why, made_at, sent_at, failed_at
)
SELECT
    value ->> '$.authority', value ->> '$.day', value ->> '$.way', value ->> '$.state',
    value ->> '$.tries', value ->> '$.next_try_at', value ->> '$.why', value ->> '$.made_at',
    value ->> '$.sent_at', value ->> '$.failed_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
