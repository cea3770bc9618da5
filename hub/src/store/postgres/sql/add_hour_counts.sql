INSERT INTO hour_counts (hour, what, slot, count)
SELECT hour, what, slot, count
FROM unnest($1::bigint[], $2::text[], $3::int[], $4::bigint[]) AS r (hour, what, slot, count)
ON CONFLICT (hour, what, slot) DO UPDATE SET count = hour_counts.count + excluded.count
