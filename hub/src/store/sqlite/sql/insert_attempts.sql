INSERT INTO attempts (
    delivery_id, number, channel, started_at, finished_at, outcome, detail, trace
)
SELECT
    value ->> '$.delivery_id', value ->> '$.number', value ->> '$.channel',
    value ->> '$.started_at', value ->> '$.finished_at', value ->> '$.outcome',
    value ->> '$.detail', value ->> '$.trace'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (delivery_id, number) DO NOTHING
