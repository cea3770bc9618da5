INSERT INTO amendments (
    number, authority, valid_from, cells, was, why, by_whom, person, name, at
)
SELECT
    value ->> '$.number', value ->> '$.authority', value ->> '$.valid_from', value ->> '$.cells',
    value ->> '$.was', value ->> '$.why', value ->> '$.by_whom', value ->> '$.person',
    value ->> '$.name', value ->> '$.at'
FROM json_each($1)
