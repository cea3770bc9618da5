INSERT INTO acts (
    delivery_id, id, kind, person, name, text, assignee,
    assignee_name, at
)
SELECT
    delivery_id, id, kind, person, name, text, assignee,
    assignee_name, at
FROM unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::bigint[]
) AS r (
    delivery_id, id, kind, person, name, text, assignee,
    assignee_name, at
)
