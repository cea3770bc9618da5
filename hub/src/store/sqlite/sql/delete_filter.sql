DELETE FROM saved_filters
WHERE authority = $1 ->> '$.authority' AND owner = $1 ->> '$.owner' AND name = $1 ->> '$.name'
