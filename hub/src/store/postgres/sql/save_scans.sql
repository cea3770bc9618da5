UPDATE scans AS x SET
    state = r.state, signature = r.signature, why = r.why, tries = r.tries,
    next_try_at = r.next_try_at, scanned_at = r.scanned_at, scanned_by = r.scanned_by
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[],
    $8::text[]
) AS r (sha256, state, signature, why, tries, next_try_at, scanned_at, scanned_by)
WHERE x.sha256 = r.sha256
