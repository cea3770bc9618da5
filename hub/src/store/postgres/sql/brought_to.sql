-- Those of some authorities at which anything arrived in a span of time: one look into the index for
-- each.
SELECT to_json(j.code)::text
FROM json_array_elements_text(($1::json) -> 'authorities') AS j (code)
CROSS JOIN LATERAL (
    SELECT 1 FROM deliveries AS d
    WHERE d.authority = j.code AND d.state = 'delivered' AND d.rule <> 'test'
        AND d.delivered_at >= (($1::json) ->> 'from')::bigint
        AND d.delivered_at < (($1::json) ->> 'until')::bigint
    LIMIT 1
) AS x
