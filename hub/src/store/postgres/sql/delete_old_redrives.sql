-- Previews that nobody started, and what ended long ago. Their items are deleted by what comes back.
DELETE FROM redrives WHERE id IN (
    SELECT x.id FROM redrives AS x
    WHERE x.state IN ('previewed', 'finished', 'cancelled')
        AND (x.state = 'previewed' AND x.made_at < (($1::json) ->> 'made_before')::bigint
            OR x.ended_at < (($1::json) ->> 'ended_before')::bigint)
    LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING to_json(id)::text
