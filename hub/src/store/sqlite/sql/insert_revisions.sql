INSERT INTO revisions (
    filing_id, revision, action, received_at, corporate_number, idempotency_key, document,
    document_sha256, only_authorities, routed_at, plan, problem, trace
)
SELECT
    value ->> '$.filing_id', value ->> '$.revision', value ->> '$.action',
    value ->> '$.received_at', value ->> '$.corporate_number',
    value ->> '$.idempotency_key', value ->> '$.document', value ->> '$.document_sha256',
    value ->> '$.only_authorities', value ->> '$.routed_at', value ->> '$.plan',
    value ->> '$.problem', value ->> '$.trace'
FROM json_each($1)
