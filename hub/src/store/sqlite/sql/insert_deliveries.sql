INSERT INTO deliveries (
    id, filing_id, revision, authority, channel, ladder_step, state, turn, tries, attempts,
    postponed, next_attempt_at, lease_until, lease_owner, why, owner, proof, review,
    second_copy, package_sha256, rule, article, created_at, channel_since, delivered_at,
    decided_at, updated_at, recipe, faults, trace
)
SELECT
    value ->> '$.id', value ->> '$.filing_id', value ->> '$.revision',
    value ->> '$.authority', value ->> '$.channel', value ->> '$.ladder_step',
    value ->> '$.state', value ->> '$.turn', value ->> '$.tries', value ->> '$.attempts',
    value ->> '$.postponed', value ->> '$.next_attempt_at', value ->> '$.lease_until',
    value ->> '$.lease_owner', value ->> '$.why', value ->> '$.owner', value ->> '$.proof',
    value ->> '$.review', value ->> '$.second_copy', value ->> '$.package_sha256',
    value ->> '$.rule', value ->> '$.article', value ->> '$.created_at',
    value ->> '$.channel_since', value ->> '$.delivered_at', value ->> '$.decided_at',
    value ->> '$.updated_at', value ->> '$.recipe', value ->> '$.faults',
    value ->> '$.trace'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (filing_id, revision, authority) DO NOTHING
