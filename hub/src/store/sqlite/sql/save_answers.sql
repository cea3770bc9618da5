UPDATE attempts AS x SET detail = r.detail
FROM (
    SELECT value ->> '$.id' AS id, value ->> '$.number' AS number, value ->> '$.detail' AS detail
    FROM json_each($1)
) AS r
WHERE x.delivery_id = r.id AND x.number = r.number
