INSERT INTO month_counts (month, round, began_at, after_id, shown, counted_at, unfinished)
SELECT month, round, began_at, after_id, shown, counted_at, unfinished
FROM unnest(
    $1::text[], $2::int[], $3::bigint[], $4::uuid[], $5::int[], $6::bigint[], $7::bigint[]
) AS r (month, round, began_at, after_id, shown, counted_at, unfinished)
ON CONFLICT DO NOTHING
