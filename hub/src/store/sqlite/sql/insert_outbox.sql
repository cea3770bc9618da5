INSERT INTO outbox (
    id, exchange, routing_key, body, claimed_until
)
SELECT
    value ->> '$.id', value ->> '$.exchange', value ->> '$.routing_key',
    unhex(value ->> '$.body'), value ->> '$.claimed_until'
FROM json_each($1)
