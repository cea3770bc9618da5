INSERT INTO deliveries (
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts,
    postponed, next_attempt_at, lease_until, lease_owner, why, owner, proof, review,
    second_copy, package_sha256, rule, article, created_at, channel_since, delivered_at,
    decided_at, updated_at
)
SELECT
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts,
    postponed, next_attempt_at, lease_until, lease_owner, why, owner, proof, review,
    second_copy, package_sha256, rule, article, created_at, channel_since, delivered_at,
    decided_at, updated_at
FROM json_to_recordset($1::json) AS r (
    id uuid, filing_id uuid, revision int, authority text, channel text, ladder_step int,
    state text, turn int, tries int, attempts int, postponed int, next_attempt_at bigint,
    lease_until bigint, lease_owner text, why text, owner text, proof text, review text,
    second_copy int, package_sha256 text, rule text, article text, created_at bigint,
    channel_since bigint, delivered_at bigint, decided_at bigint, updated_at bigint
)
ON CONFLICT (filing_id, revision, authority) DO NOTHING
