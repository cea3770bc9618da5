UPDATE proposals AS x SET
    state = r.state, ladder = r.ladder, decided_at = r.decided_at, decided_by = r.decided_by,
    decided_name = r.decided_name, decided_why = r.decided_why
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[]
) AS r (id, state, ladder, decided_at, decided_by, decided_name, decided_why)
WHERE x.id = r.id
