INSERT INTO attempts (
    delivery_id, number, channel, started_at, finished_at, outcome, detail, trace
)
SELECT
    delivery_id, number, channel, started_at, finished_at, outcome, detail, trace
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
    $8::text[]
) AS r (
    delivery_id, number, channel, started_at, finished_at, outcome, detail, trace
)
ON CONFLICT (delivery_id, number) DO NOTHING
