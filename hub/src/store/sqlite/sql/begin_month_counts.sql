INSERT INTO month_counts (month, round, began_at, after_id, shown, counted_at, unfinished)
SELECT
    value ->> '$.month', value ->> '$.round', value ->> '$.began_at', value ->> '$.after_id',
    value ->> '$.shown', value ->> '$.counted_at', value ->> '$.unfinished'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
