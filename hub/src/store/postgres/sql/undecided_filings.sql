-- What some authorities have not decided on, the oldest first: the filings, and to whom.
SELECT json_build_object('filing', d.filing_id, 'authority', d.authority)::text
FROM deliveries AS d
WHERE d.authority IN (SELECT json_array_elements_text(($1::json) -> 'authorities'))
    AND d.review IN ('unopened', 'opened') AND d.state <> 'cancelled' AND d.rule <> 'test'
ORDER BY d.created_at, d.id LIMIT (($1::json) ->> 'limit')::bigint
