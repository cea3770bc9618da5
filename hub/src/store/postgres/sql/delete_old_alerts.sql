-- What was made long ago; what is still to be sent stays.
DELETE FROM alerts WHERE id IN (
    SELECT x.id FROM alerts AS x
    WHERE x.state <> 'due' AND x.made_at < (($1::json) ->> 'before')::bigint
    LIMIT (($1::json) ->> 'limit')::bigint
)
