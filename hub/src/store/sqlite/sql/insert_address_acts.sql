INSERT INTO address_acts (
    id, corporate_number, kind, request_id, person, name, former, address, at
)
SELECT
    value ->> '$.id', value ->> '$.corporate_number', value ->> '$.kind',
    value ->> '$.request_id', value ->> '$.person', value ->> '$.name', value ->> '$.former',
    value ->> '$.address', value ->> '$.at'
FROM json_each($1)
