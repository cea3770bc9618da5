UPDATE bulks SET chosen_at = $1 ->> '$.at'
WHERE id = $1 ->> '$.id' AND chosen_at IS NULL
