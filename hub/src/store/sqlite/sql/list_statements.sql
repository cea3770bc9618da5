-- Statements of a day or of an authority, each with the newest answer and how it was handed out.
SELECT json_object(
    'authority', s.authority, 'day', s.day, 'packages', s.packages, 'digest', s.digest,
    'answered_at', a.at, 'missing', a.missing, 'unknown', a.unknown, 'other', a.other,
    'answered_digest', a.digest, 'way', h.way, 'handed', h.state, 'next_try_at', h.next_try_at,
    'handed_at', h.sent_at, 'why', h.why
)
FROM statements AS s LEFT JOIN statement_answers AS a
    ON a.authority = s.authority AND a.day = s.day AND a.id = (
        SELECT max(z.id) FROM statement_answers AS z
        WHERE z.authority = s.authority AND z.day = s.day
    )
LEFT JOIN statement_handouts AS h ON h.authority = s.authority AND h.day = s.day
WHERE ($1 ->> '$.day' IS NULL OR s.day = $1 ->> '$.day')
    AND ($1 ->> '$.authority' IS NULL OR s.authority = $1 ->> '$.authority')
ORDER BY s.day DESC, s.authority LIMIT $1 ->> '$.limit'
