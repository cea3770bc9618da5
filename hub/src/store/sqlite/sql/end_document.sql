-- Only one that is given out: who comes second changes nothing.
UPDATE documents SET
    ended_at = $1 ->> '$.at', ended_how = $1 ->> '$.how',
    ended_by = $1 ->> '$.person', ended_by_name = $1 ->> '$.name'
WHERE id = $1 ->> '$.id' AND ended_at IS NULL
