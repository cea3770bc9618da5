-- Authorities to which statements of a day or of later ones could not be handed out, though nobody has
-- answered them: since when, and why by the newest. One that is sent again counts until it has gone.
SELECT json_build_object(
    'authority', n.authority, 'day', n.day, 'why', n.why, 'since', g.since
)::text
FROM (
    SELECT h.authority, max(h.day) AS day, min(coalesce(h.failed_at, h.made_at)) AS since
    FROM statement_handouts AS h
    WHERE h.state <> 'sent' AND h.day >= ($1::json) #>> '{}'
        AND (h.state = 'failed' OR h.failed_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT 1 FROM statement_answers AS a WHERE a.authority = h.authority AND a.day = h.day)
    GROUP BY h.authority
) AS g JOIN statement_handouts AS n ON n.authority = g.authority AND n.day = g.day
