INSERT INTO export_fetches (id, export_id, format, person, name, at)
SELECT r.id, r.export_id, r.format, r.person, r.name, r.at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[])
AS r (id, export_id, format, person, name, at)
