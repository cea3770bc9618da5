SELECT json_build_object(
    'filing_id', x.filing_id, 'revision', x.revision, 'action', x.action,
    'received_at', x.received_at, 'corporate_number', x.corporate_number,
    'idempotency_key', x.idempotency_key, 'document', x.document,
    'document_sha256', x.document_sha256, 'only_authorities', x.only_authorities,
    'routed_at', x.routed_at, 'plan', x.plan, 'problem', x.problem, 'trace', x.trace
)::text
FROM revisions AS x WHERE x.filing_id = (($1::json) #>> '{}')::uuid
ORDER BY x.revision
