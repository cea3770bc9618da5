-- Whoever writes the same version at the same time waits here, and then finds it written.
INSERT INTO statement_wishes (authority, version, way, from_day, by_whom, person, name, at)
SELECT r.authority, r.version, r.way, r.from_day, r.by_whom, r.person, r.name, r.at
FROM unnest(
    $1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::bigint[]
) AS r (authority, version, way, from_day, by_whom, person, name, at)
ON CONFLICT DO NOTHING
