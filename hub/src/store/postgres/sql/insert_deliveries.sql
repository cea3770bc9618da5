INSERT INTO deliveries (
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts,
    postponed, next_attempt_at, lease_until, lease_owner, why, owner, proof, review,
    second_copy, package_sha256, rule, article, created_at, channel_since, delivered_at,
    decided_at, updated_at, recipe, faults, trace
)
SELECT
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts,
    postponed, next_attempt_at, lease_until, lease_owner, why, owner, proof, review,
    second_copy, package_sha256, rule, article, created_at, channel_since, delivered_at,
    decided_at, updated_at, recipe, faults, trace
FROM unnest(
    $1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::text[],
    $8::int[], $9::int[], $10::int[], $11::int[], $12::bigint[], $13::bigint[], $14::text[],
    $15::text[], $16::text[], $17::text[], $18::text[], $19::int[], $20::text[], $21::text[],
    $22::text[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[],
    $28::text[], $29::int[], $30::text[]
) AS r (
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts,
    postponed, next_attempt_at, lease_until, lease_owner, why, owner, proof, review,
    second_copy, package_sha256, rule, article, created_at, channel_since, delivered_at,
    decided_at, updated_at, recipe, faults, trace
)
ON CONFLICT (filing_id, revision, authority) DO NOTHING
