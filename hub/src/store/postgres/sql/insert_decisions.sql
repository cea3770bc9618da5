INSERT INTO decisions (
    delivery_id, verdict, comment, files, marks, source, decided_at
)
SELECT
    delivery_id, verdict, comment, files, marks, source, decided_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::bigint[]
) AS r (
    delivery_id, verdict, comment, files, marks, source, decided_at
)
ON CONFLICT (delivery_id) DO NOTHING
