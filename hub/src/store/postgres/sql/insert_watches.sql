INSERT INTO watches (
    id, kind, subject, authority, channel, filing_id, owner, since, due_at, detail, begun_at,
    gone_at, ended_at, begin_alert, end_alert
)
SELECT
    id, kind, subject, authority, channel, filing_id, owner, since, due_at, detail, begun_at,
    gone_at, ended_at, begin_alert, end_alert
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[],
    $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[],
    $14::uuid[], $15::uuid[]
) AS r (
    id, kind, subject, authority, channel, filing_id, owner, since, due_at, detail, begun_at,
    gone_at, ended_at, begin_alert, end_alert
)
