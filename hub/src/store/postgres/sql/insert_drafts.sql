INSERT INTO drafts (
    id, corporate_number, version, kind, office_name, body, saved_by, corrects, filed_as,
    created_at, saved_at
)
SELECT
    id, corporate_number, version, kind, office_name, body, saved_by, corrects, filed_as,
    created_at, saved_at
FROM unnest(
    $1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::uuid[], $9::uuid[], $10::bigint[], $11::bigint[]
) AS r (
    id, corporate_number, version, kind, office_name, body, saved_by, corrects, filed_as,
    created_at, saved_at
)
