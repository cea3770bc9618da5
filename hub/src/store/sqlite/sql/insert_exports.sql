INSERT INTO exports (id, authority, profile, deliveries, decided_until, person, name, at)
SELECT
    value ->> '$.id', value ->> '$.authority', value ->> '$.profile', value ->> '$.deliveries',
    value ->> '$.decided_until', value ->> '$.person', value ->> '$.name', value ->> '$.at'
FROM json_each($1)
