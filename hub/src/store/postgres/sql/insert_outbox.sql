INSERT INTO outbox (
    id, exchange, routing_key, body, claimed_until
)
SELECT
    id, exchange, routing_key, decode(body, 'hex'), claimed_until
FROM json_to_recordset($1::json) AS r (
    id uuid, exchange text, routing_key text, body text, claimed_until bigint
)
