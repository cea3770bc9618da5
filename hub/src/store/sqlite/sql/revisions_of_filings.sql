SELECT json_object(
    'filing_id', x.filing_id, 'revision', x.revision, 'action', x.action,
    'received_at', x.received_at, 'corporate_number', x.corporate_number,
    'idempotency_key', x.idempotency_key, 'document', x.document,
    'document_sha256', x.document_sha256, 'only_authorities', x.only_authorities,
    'routed_at', x.routed_at, 'plan', x.plan, 'problem', x.problem, 'trace', x.trace
)
FROM revisions AS x WHERE x.filing_id IN (SELECT value FROM json_each($1))
ORDER BY x.filing_id, x.revision
