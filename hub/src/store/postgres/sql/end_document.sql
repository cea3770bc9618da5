-- Only one that is given out: who comes second changes nothing.
UPDATE documents SET
    ended_at = (($1::json) ->> 'at')::bigint, ended_how = ($1::json) ->> 'how',
    ended_by = ($1::json) ->> 'person', ended_by_name = ($1::json) ->> 'name'
WHERE id = (($1::json) ->> 'id')::uuid AND ended_at IS NULL
