INSERT INTO staff_acts (seq, at, person, name, what, subject, why, was, became, hash)
SELECT
    value ->> '$.seq', value ->> '$.at', value ->> '$.person', value ->> '$.name',
    value ->> '$.what', value ->> '$.subject', value ->> '$.why', value ->> '$.was',
    value ->> '$.became', value ->> '$.hash'
FROM json_each($1)
