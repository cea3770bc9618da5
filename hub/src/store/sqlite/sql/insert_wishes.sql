INSERT INTO statement_wishes (authority, version, way, from_day, by_whom, person, name, at)
SELECT
    value ->> '$.authority', value ->> '$.version', value ->> '$.way', value ->> '$.from_day',
    value ->> '$.by_whom', value ->> '$.person', value ->> '$.name', value ->> '$.at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
