INSERT INTO alerts (
    id, addressee, mail, body, begun, ended, state, tries, next_try_at, why, made_at, sent_at
)
SELECT
    id, addressee, mail, body, begun, ended, state, tries, next_try_at, why, made_at, sent_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::int[],
    $9::bigint[], $10::text[], $11::bigint[], $12::bigint[]
) AS r (
    id, addressee, mail, body, begun, ended, state, tries, next_try_at, why, made_at, sent_at
)
