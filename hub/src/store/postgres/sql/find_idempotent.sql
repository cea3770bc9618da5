SELECT
    r.corporate_number, r.idempotency_key, r.filing_id, r.revision, r.received_at,
    r.document_sha256
FROM unnest($1::text[], $2::text[]) AS j (corporate_number, idempotency_key)
JOIN revisions AS r
    ON r.corporate_number = j.corporate_number AND r.idempotency_key = j.idempotency_key
