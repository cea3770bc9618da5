-- What an authority accepted last of one operator's filings about an office, of one kind.
SELECT json_object(
    'filing_id', x.filing_id, 'revision', x.revision, 'action', x.action,
    'received_at', x.received_at, 'corporate_number', x.corporate_number,
    'idempotency_key', x.idempotency_key, 'document', x.document,
    'document_sha256', x.document_sha256, 'only_authorities', x.only_authorities,
    'routed_at', x.routed_at, 'plan', x.plan, 'problem', x.problem, 'trace', x.trace
)
FROM filings AS f
JOIN deliveries AS d ON d.filing_id = f.id AND d.authority = $1 ->> '$.authority'
    AND d.review = 'accepted'
JOIN revisions AS x ON x.filing_id = d.filing_id AND x.revision = d.revision
WHERE f.corporate_number = $1 ->> '$.corporate_number' AND f.received_at < $1 ->> '$.before'
    AND f.office_name = $1 ->> '$.office_name' AND f.kind = $1 ->> '$.kind'
ORDER BY f.received_at DESC, d.revision DESC LIMIT 1
