-- Once: whoever is second finds it added.
UPDATE uploads SET added_as = ($1::json) ->> 'name', touched_at = (($1::json) ->> 'at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid AND added_as IS NULL AND received = size
