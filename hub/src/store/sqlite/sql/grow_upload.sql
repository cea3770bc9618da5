-- Only where the piece begins where the last one ended: of two that are the same one counts.
UPDATE uploads SET received = received + ($1 ->> '$.size'), touched_at = $1 ->> '$.at'
WHERE id = $1 ->> '$.upload_id' AND received = $1 ->> '$.begins_at' AND added_as IS NULL
    AND received + ($1 ->> '$.size') <= size
