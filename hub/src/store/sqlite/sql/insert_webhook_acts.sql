INSERT INTO webhook_acts (id, corporate_number, kind, url, said, person, name, at)
SELECT
    value ->> '$.id', value ->> '$.corporate_number', value ->> '$.kind', value ->> '$.url',
    value ->> '$.said', value ->> '$.person', value ->> '$.name', value ->> '$.at'
FROM json_each($1)
