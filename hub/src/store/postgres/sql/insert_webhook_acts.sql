INSERT INTO webhook_acts (id, corporate_number, kind, url, said, person, name, at)
SELECT id, corporate_number, kind, url, said, person, name, at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[]
) AS r (id, corporate_number, kind, url, said, person, name, at)
