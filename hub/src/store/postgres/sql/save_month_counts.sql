UPDATE month_counts AS x SET
    round = r.round, began_at = r.began_at, after_id = r.after_id, shown = r.shown,
    counted_at = r.counted_at, unfinished = r.unfinished
FROM unnest(
    $1::text[], $2::int[], $3::bigint[], $4::uuid[], $5::int[], $6::bigint[], $7::bigint[]
) AS r (month, round, began_at, after_id, shown, counted_at, unfinished)
WHERE x.month = r.month
