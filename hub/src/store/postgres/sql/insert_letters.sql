INSERT INTO letters (
    id, corporate_number, kind, recipient, state, tries, next_try_at, why, created_at, sent_at
)
SELECT
    id, corporate_number, kind, recipient, state, tries, next_try_at, why, created_at, sent_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[],
    $8::text[], $9::bigint[], $10::bigint[]
) AS r (
    id, corporate_number, kind, recipient, state, tries, next_try_at, why, created_at, sent_at
)
