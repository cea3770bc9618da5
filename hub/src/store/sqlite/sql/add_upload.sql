-- Once: whoever is second finds it added.
UPDATE uploads SET added_as = $1 ->> '$.name', touched_at = $1 ->> '$.at'
WHERE id = $1 ->> '$.id' AND added_as IS NULL AND received = size
