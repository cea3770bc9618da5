INSERT INTO exported (delivery_id, export_id, place)
SELECT value ->> '$.delivery_id', value ->> '$.export_id', value ->> '$.place'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT DO NOTHING
