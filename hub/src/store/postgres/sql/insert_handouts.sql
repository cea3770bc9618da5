-- What is there stays: a statement is handed out once.
INSERT INTO statement_handouts (
    authority, day, way, state, tries, next_try_at, why, made_at, sent_at, failed_at
)
SELECT
    r.authority, r.day, r.way, r.state, r.tries, r.next_try_at, r.why, r.made_at, r.sent_at,
    r.failed_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[],
    $8::bigint[], $9::bigint[], $10::bigint[]
) AS r (authority, day, way, state, tries, next_try_at, why, made_at, sent_at, failed_at)
ON CONFLICT DO NOTHING
