INSERT INTO endpoints (
    authority, channel, position, config, updated_at
)
SELECT
    authority, channel, position, config, updated_at
FROM json_to_recordset($1::json) AS r (
    authority text, channel text, position int, config text, updated_at bigint
)
ON CONFLICT (authority, channel) DO UPDATE SET
    position = excluded.position, config = excluded.config, updated_at = excluded.updated_at
