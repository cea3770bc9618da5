INSERT INTO revisions (
    filing_id, revision, action, received_at, corporate_number, idempotency_key, document,
    document_sha256, only_authorities, routed_at, plan, problem, trace
)
SELECT
    filing_id, revision, action, received_at, corporate_number, idempotency_key, document,
    document_sha256, only_authorities, routed_at, plan, problem, trace
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[],
    $13::text[]
) AS r (
    filing_id, revision, action, received_at, corporate_number, idempotency_key, document,
    document_sha256, only_authorities, routed_at, plan, problem, trace
)
