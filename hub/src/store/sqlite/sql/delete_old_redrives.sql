-- Previews that nobody started, and what ended long ago. Their items are deleted by what comes back.
DELETE FROM redrives WHERE id IN (
    SELECT x.id FROM redrives AS x
    WHERE x.state IN ('previewed', 'finished', 'cancelled')
        AND (x.state = 'previewed' AND x.made_at < $1 ->> '$.made_before'
            OR x.ended_at < $1 ->> '$.ended_before')
    LIMIT $1 ->> '$.limit'
)
RETURNING json_quote(id)
