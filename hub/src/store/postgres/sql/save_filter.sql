-- In place of the one of this name; a new one only where there are fewer than may be.
INSERT INTO saved_filters (authority, owner, name, query, person, person_name, at)
SELECT
    ($1::json) ->> 'authority', ($1::json) ->> 'owner', ($1::json) ->> 'name',
    ($1::json) ->> 'query', ($1::json) ->> 'person', ($1::json) ->> 'person_name',
    (($1::json) ->> 'at')::bigint
WHERE (
    SELECT count(*) FROM saved_filters AS x
    WHERE x.authority = ($1::json) ->> 'authority' AND x.owner = ($1::json) ->> 'owner'
        AND x.name <> ($1::json) ->> 'name') < (($1::json) ->> 'max')::bigint
ON CONFLICT (authority, owner, name) DO UPDATE SET
    query = excluded.query, person = excluded.person, person_name = excluded.person_name,
    at = excluded.at
