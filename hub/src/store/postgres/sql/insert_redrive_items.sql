INSERT INTO redrive_items (
    redrive_id, place, delivery_id, cause, doubtful, due_at, state, found
)
SELECT
    redrive_id, place, delivery_id, cause, doubtful, due_at, state, found
FROM unnest(
    $1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::int[], $6::bigint[], $7::text[],
    $8::text[]
) AS r (redrive_id, place, delivery_id, cause, doubtful, due_at, state, found)
