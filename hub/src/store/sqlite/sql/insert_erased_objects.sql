INSERT INTO erased_objects (sha256, at)
SELECT value ->> '$.sha256', value ->> '$.at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (sha256) DO UPDATE SET at = excluded.at
