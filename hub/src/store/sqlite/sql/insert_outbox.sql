INSERT INTO outbox (
    id, exchange, routing_key, body, claimed_until, trace
)
SELECT
    value ->> '$.id', value ->> '$.exchange', value ->> '$.routing_key',
    unhex(value ->> '$.body'), value ->> '$.claimed_until', value ->> '$.trace'
FROM json_each($1)
