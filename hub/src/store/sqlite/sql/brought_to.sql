-- Those of some authorities at which anything arrived in a span of time.
SELECT json_quote(j.value)
FROM json_each($1, '$.authorities') AS j
WHERE EXISTS (
    SELECT 1 FROM deliveries AS d
    WHERE d.authority = j.value AND d.state = 'delivered' AND d.rule <> 'test'
        AND d.delivered_at >= $1 ->> '$.from' AND d.delivered_at < $1 ->> '$.until'
)
