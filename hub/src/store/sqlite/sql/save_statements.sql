INSERT INTO statements (authority, day, packages, digest, made_at)
SELECT
    value ->> '$.authority', value ->> '$.day', value ->> '$.packages', value ->> '$.digest',
    value ->> '$.made_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (authority, day) DO UPDATE SET
    packages = excluded.packages, digest = excluded.digest, made_at = excluded.made_at
