SELECT json_object(
    'id', d.id, 'document', r.document, 'document_sha256', r.document_sha256,
    'action', r.action, 'received_at', r.received_at, 'first_received_at', f.received_at,
    'receipt_number', f.receipt_number, 'kind', f.kind, 'recipe', d.recipe
)
FROM json_each($1) AS j JOIN deliveries AS d ON d.id = j.value
JOIN revisions AS r ON r.filing_id = d.filing_id AND r.revision = d.revision
JOIN filings AS f ON f.id = d.filing_id
