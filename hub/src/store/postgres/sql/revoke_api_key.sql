UPDATE api_keys SET revoked_at = (($1::json) ->> 'at')::bigint
WHERE id = ($1::json) ->> 'id' AND revoked_at IS NULL
