UPDATE sessions SET seen_at = $1 ->> '$.at' WHERE id = $1 ->> '$.id'
