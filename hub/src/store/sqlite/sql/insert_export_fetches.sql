INSERT INTO export_fetches (id, export_id, format, person, name, at)
SELECT
    value ->> '$.id', value ->> '$.export_id', value ->> '$.format', value ->> '$.person',
    value ->> '$.name', value ->> '$.at'
FROM json_each($1)
