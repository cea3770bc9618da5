INSERT INTO notices (
    id, filing_id, delivery_id, kind, recipient, state, turn, tries, next_attempt_at,
    lease_until, why, created_at, sent_at, updated_at, trace
)
SELECT
    id, filing_id, delivery_id, kind, recipient, state, turn, tries, next_attempt_at,
    lease_until, why, created_at, sent_at, updated_at, trace
FROM unnest(
    $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[],
    $8::int[], $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[],
    $14::bigint[], $15::text[]
) AS r (
    id, filing_id, delivery_id, kind, recipient, state, turn, tries, next_attempt_at,
    lease_until, why, created_at, sent_at, updated_at, trace
)
