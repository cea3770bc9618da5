INSERT INTO erased (filing_id, what, erasure_id, at)
SELECT
    value ->> '$.filing_id', value ->> '$.what', value ->> '$.erasure_id', value ->> '$.at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (filing_id, what) DO NOTHING
