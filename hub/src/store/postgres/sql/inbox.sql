-- What an authority can see: everything planned for it, unopened first, the oldest first.
SELECT json_build_object(
    'delivery', d.id, 'filing', d.filing_id, 'receipt_number', f.receipt_number,
    'revision', d.revision, 'action', r.action, 'kind', f.kind, 'operator_name', f.operator_name,
    'office_name', f.office_name, 'received_at', r.received_at, 'created_at', d.created_at,
    'state', d.state, 'channel', d.channel, 'review', d.review, 'proof', d.proof,
    'withdrawn_at', f.withdrawn_at
)::text
FROM deliveries AS d
JOIN filings AS f ON f.id = d.filing_id
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
WHERE d.authority = ($1::json) ->> 'authority' AND d.state NOT IN ('cancelled', 'failed')
    AND d.review = coalesce(($1::json) ->> 'review', d.review)
ORDER BY d.review <> 'unopened', d.created_at LIMIT (($1::json) ->> 'limit')::bigint
