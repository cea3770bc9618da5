-- What some authorities have not decided on, the oldest first: the filings, and to whom.
SELECT json_object('filing', d.filing_id, 'authority', d.authority)
FROM deliveries AS d
WHERE d.authority IN (SELECT value FROM json_each($1, '$.authorities'))
    AND d.review IN ('unopened', 'opened') AND d.state <> 'cancelled' AND d.rule <> 'test'
ORDER BY d.created_at, d.id LIMIT $1 ->> '$.limit'
