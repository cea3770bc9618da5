UPDATE dead_letters SET settled_at = $1 ->> '$.at'
WHERE id = $1 ->> '$.id' AND settled_at IS NULL
