UPDATE month_counts AS x SET
    round = r.round, began_at = r.began_at, after_id = r.after_id, shown = r.shown,
    counted_at = r.counted_at, unfinished = r.unfinished
FROM (
    SELECT
        value ->> '$.month' AS month, value ->> '$.round' AS round,
        value ->> '$.began_at' AS began_at, value ->> '$.after_id' AS after_id,
        value ->> '$.shown' AS shown, value ->> '$.counted_at' AS counted_at,
        value ->> '$.unfinished' AS unfinished
    FROM json_each($1)
) AS r
WHERE x.month = r.month
