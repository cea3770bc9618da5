INSERT INTO outbox (
    id, exchange, routing_key, body, claimed_until, trace
)
SELECT
    id, exchange, routing_key, decode(body, 'hex'), claimed_until, trace
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]
) AS r (
    id, exchange, routing_key, body, claimed_until, trace
)
