INSERT INTO statements (authority, day, packages, digest, made_at)
SELECT authority, day, packages, digest, made_at
FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[])
    AS r (authority, day, packages, digest, made_at)
ON CONFLICT (authority, day) DO UPDATE SET
    packages = excluded.packages, digest = excluded.digest, made_at = excluded.made_at
