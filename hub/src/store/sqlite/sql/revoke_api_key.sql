UPDATE api_keys SET revoked_at = $1 ->> '$.at' WHERE id = $1 ->> '$.id' AND revoked_at IS NULL
