UPDATE redrive_items AS x SET
    state = r.state, found = r.found
FROM (
    SELECT
        value ->> '$.redrive_id' AS redrive_id, value ->> '$.place' AS place,
        value ->> '$.state' AS state, value ->> '$.found' AS found
    FROM json_each($1)
) AS r
WHERE x.redrive_id = r.redrive_id AND x.place = r.place
