INSERT INTO attempts (
    delivery_id, number, channel, started_at, finished_at, outcome, detail
)
SELECT
    delivery_id, number, channel, started_at, finished_at, outcome, detail
FROM json_to_recordset($1::json) AS r (
    delivery_id uuid, number int, channel text, started_at bigint, finished_at bigint,
    outcome text, detail text
)
ON CONFLICT (delivery_id, number) DO NOTHING
