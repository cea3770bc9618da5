INSERT INTO retired (what, before)
SELECT $1 ->> '$.what', $1 ->> '$.before'
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (what) DO UPDATE SET before = max(retired.before, excluded.before)
