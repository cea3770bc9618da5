INSERT INTO announcement_acts (
    announcement_id, version, kind, said, person, name, at
)
SELECT
    r.announcement_id, r.version, r.kind, r.said, r.person, r.name, r.at
FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]
) AS r (
    announcement_id, version, kind, said, person, name, at
)
