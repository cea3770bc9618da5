INSERT INTO alerts (
    id, addressee, mail, body, begun, ended, state, tries, next_try_at, why, made_at, sent_at
)
SELECT
    value ->> '$.id', value ->> '$.addressee', value ->> '$.mail', value ->> '$.body',
    value ->> '$.begun', value ->> '$.ended', value ->> '$.state', value ->> '$.tries',
    value ->> '$.next_try_at', value ->> '$.why', value ->> '$.made_at', value ->> '$.sent_at'
FROM json_each($1)
