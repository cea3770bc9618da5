INSERT INTO stages (
    authority, stage, due_on, done_at, person, name, why, updated_at
)
SELECT
    authority, stage, due_on, done_at, person, name, why, updated_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::bigint[]
) AS r (
    authority, stage, due_on, done_at, person, name, why, updated_at
)
ON CONFLICT (authority, stage) DO UPDATE SET
    due_on = excluded.due_on, done_at = excluded.done_at, person = excluded.person,
    name = excluded.name, why = excluded.why, updated_at = excluded.updated_at
