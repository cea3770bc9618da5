INSERT INTO events (
    filing_id, seq, at, kind, body, hash
)
SELECT
    value ->> '$.filing_id', value ->> '$.seq', value ->> '$.at', value ->> '$.kind',
    value ->> '$.body', value ->> '$.hash'
FROM json_each($1)
