INSERT INTO revisions (
    filing_id, revision, action, received_at, corporate_number, idempotency_key, document,
    document_sha256, only_authorities, routed_at, plan, problem
)
SELECT
    filing_id, revision, action, received_at, corporate_number, idempotency_key, document,
    document_sha256, only_authorities, routed_at, plan, problem
FROM json_to_recordset($1::json) AS r (
    filing_id uuid, revision int, action text, received_at bigint, corporate_number text,
    idempotency_key text, document text, document_sha256 text, only_authorities text,
    routed_at bigint, plan text, problem text
)
