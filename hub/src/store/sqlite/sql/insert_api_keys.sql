INSERT INTO api_keys (
    id, secret_sha256, scope, subject, label, created_at, revoked_at
)
SELECT
    value ->> '$.id', value ->> '$.secret_sha256', value ->> '$.scope',
    value ->> '$.subject', value ->> '$.label', value ->> '$.created_at',
    value ->> '$.revoked_at'
FROM json_each($1)
