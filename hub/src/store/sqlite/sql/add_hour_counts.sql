INSERT INTO hour_counts (hour, what, slot, count)
SELECT value ->> '$.hour', value ->> '$.what', value ->> '$.slot', value ->> '$.count'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (hour, what, slot) DO UPDATE SET count = count + excluded.count
