INSERT INTO exports (id, authority, profile, deliveries, decided_until, person, name, at)
SELECT r.id, r.authority, r.profile, r.deliveries, r.decided_until, r.person, r.name, r.at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[],
    $8::bigint[]
) AS r (id, authority, profile, deliveries, decided_until, person, name, at)
