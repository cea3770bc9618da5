INSERT INTO scan_waits (sha256, delivery_id)
SELECT j.value ->> '$.sha256', j.value ->> '$.delivery_id' FROM json_each($1) AS j
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
