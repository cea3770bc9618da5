-- What arrived at an authority in a span of time, by delivery.
SELECT json_build_object(
    'delivery', d.id, 'receipt_number', f.receipt_number, 'revision', d.revision,
    'channel', d.channel, 'delivered_at', d.delivered_at, 'package_sha256', d.package_sha256
)::text
FROM deliveries AS d JOIN filings AS f ON f.id = d.filing_id
WHERE d.authority = ($1::json) ->> 'authority' AND d.state = 'delivered' AND d.rule <> 'test'
    AND d.delivered_at >= (($1::json) ->> 'from')::bigint
    AND d.delivered_at < (($1::json) ->> 'until')::bigint
ORDER BY d.delivered_at, d.id LIMIT (($1::json) ->> 'limit')::bigint
