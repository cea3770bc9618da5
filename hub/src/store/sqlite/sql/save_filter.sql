-- In place of the one of this name; a new one only where there are fewer than may be.
INSERT INTO saved_filters (authority, owner, name, query, person, person_name, at)
SELECT
    $1 ->> '$.authority', $1 ->> '$.owner', $1 ->> '$.name', $1 ->> '$.query', $1 ->> '$.person',
    $1 ->> '$.person_name', $1 ->> '$.at'
WHERE (
    SELECT count(*) FROM saved_filters AS x
    WHERE x.authority = $1 ->> '$.authority' AND x.owner = $1 ->> '$.owner'
        AND x.name <> $1 ->> '$.name') < $1 ->> '$.max'
ON CONFLICT (authority, owner, name) DO UPDATE SET
    query = excluded.query, person = excluded.person, person_name = excluded.person_name,
    at = excluded.at
