INSERT INTO processes (id, host, address, roles, build, started_at, heard_at)
SELECT id, host, address, roles, build, started_at, heard_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]
) AS r (id, host, address, roles, build, started_at, heard_at)
ON CONFLICT (id) DO UPDATE SET heard_at = excluded.heard_at
