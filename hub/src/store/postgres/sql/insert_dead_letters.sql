INSERT INTO dead_letters (
    id, queue, reason, body, at
)
SELECT
    id, queue, reason, decode(body, 'hex'), at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[]
) AS r (
    id, queue, reason, body, at
)
ON CONFLICT (id) DO NOTHING
