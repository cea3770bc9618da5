SELECT json_object(
    'filing_id', r.filing_id, 'revision', r.revision, 'action', r.action,
    'received_at', r.received_at, 'corporate_number', r.corporate_number,
    'idempotency_key', r.idempotency_key, 'document', r.document,
    'document_sha256', r.document_sha256, 'only_authorities', r.only_authorities,
    'routed_at', r.routed_at, 'plan', r.plan, 'problem', r.problem, 'trace', r.trace
)
FROM json_each($1) AS j JOIN revisions AS r
    ON r.filing_id = j.value ->> '$.filing_id' AND r.revision = j.value ->> '$.revision'
WHERE r.routed_at IS NULL
