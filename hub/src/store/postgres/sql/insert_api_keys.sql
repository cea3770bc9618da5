INSERT INTO api_keys (
    id, secret_sha256, scope, subject, label, created_at, revoked_at
)
SELECT
    id, secret_sha256, scope, subject, label, created_at, revoked_at
FROM json_to_recordset($1::json) AS r (
    id text, secret_sha256 text, scope text, subject text, label text, created_at bigint,
    revoked_at bigint
)
