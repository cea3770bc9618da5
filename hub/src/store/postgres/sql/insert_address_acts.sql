INSERT INTO address_acts (
    id, corporate_number, kind, request_id, person, name, former, address, at
)
SELECT
    id, corporate_number, kind, request_id, person, name, former, address, at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::bigint[]
) AS r (
    id, corporate_number, kind, request_id, person, name, former, address, at
)
