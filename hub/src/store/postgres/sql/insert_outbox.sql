INSERT INTO outbox (
    id, exchange, routing_key, body, claimed_until
)
SELECT
    id, exchange, routing_key, decode(body, 'hex'), claimed_until
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[]
) AS r (
    id, exchange, routing_key, body, claimed_until
)
