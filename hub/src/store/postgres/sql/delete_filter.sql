DELETE FROM saved_filters
WHERE authority = ($1::json) ->> 'authority' AND owner = ($1::json) ->> 'owner'
    AND name = ($1::json) ->> 'name'
