-- What stands in an export, in its order.
SELECT json_build_object(
    'delivery', d.id, 'revision', d.revision, 'action', r.action, 'received_at', r.received_at,
    'first_received_at', f.received_at, 'receipt_number', f.receipt_number, 'document', r.document
)::text
FROM exported AS e
JOIN deliveries AS d ON d.id = e.delivery_id
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
JOIN filings AS f ON f.id = d.filing_id
WHERE e.export_id = (($1::json) #>> '{}')::uuid
ORDER BY e.place
