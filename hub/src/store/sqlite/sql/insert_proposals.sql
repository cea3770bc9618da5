INSERT INTO proposals (
    id, authority, state, ladder, shown, was, why, by_whom, person, name, at, decided_at,
    decided_by, decided_name, decided_why
)
SELECT
    value ->> '$.id', value ->> '$.authority', value ->> '$.state', value ->> '$.ladder',
    value ->> '$.shown', value ->> '$.was', value ->> '$.why', value ->> '$.by_whom',
    value ->> '$.person', value ->> '$.name', value ->> '$.at', value ->> '$.decided_at',
    value ->> '$.decided_by', value ->> '$.decided_name', value ->> '$.decided_why'
FROM json_each($1)
