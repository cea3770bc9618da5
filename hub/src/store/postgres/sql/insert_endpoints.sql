INSERT INTO endpoints (
    authority, channel, position, config, updated_at
)
SELECT
    authority, channel, position, config, updated_at
FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[]
) AS r (
    authority, channel, position, config, updated_at
)
ON CONFLICT (authority, channel) DO UPDATE SET
    position = excluded.position, config = excluded.config, updated_at = excluded.updated_at
