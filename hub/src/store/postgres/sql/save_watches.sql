UPDATE watches AS x SET
    owner = r.owner, due_at = r.due_at, detail = r.detail, gone_at = r.gone_at,
    ended_at = r.ended_at, begin_alert = r.begin_alert, end_alert = r.end_alert
FROM unnest(
    $1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::uuid[],
    $8::uuid[]
) AS r (
    id, owner, due_at, detail, gone_at, ended_at, begin_alert, end_alert
)
WHERE x.id = r.id
