INSERT INTO bulks (
    id, corporate_number, idempotency_key, sha256, file_name, head, saved_by, created_at,
    chosen_at
)
SELECT
    id, corporate_number, idempotency_key, sha256, file_name, head, saved_by, created_at,
    chosen_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::bigint[], $9::bigint[]
) AS r (
    id, corporate_number, idempotency_key, sha256, file_name, head, saved_by, created_at,
    chosen_at
)
ON CONFLICT (corporate_number, idempotency_key) DO NOTHING
