-- Statements of a day or of an authority, each with the newest answer to it.
SELECT json_object(
    'authority', s.authority, 'day', s.day, 'packages', s.packages, 'digest', s.digest,
    'answered_at', a.at, 'missing', a.missing, 'unknown', a.unknown, 'other', a.other,
    'answered_digest', a.digest
)
FROM statements AS s LEFT JOIN statement_answers AS a
    ON a.authority = s.authority AND a.day = s.day AND a.id = (
        SELECT max(z.id) FROM statement_answers AS z
        WHERE z.authority = s.authority AND z.day = s.day
    )
WHERE ($1 ->> '$.day' IS NULL OR s.day = $1 ->> '$.day')
    AND ($1 ->> '$.authority' IS NULL OR s.authority = $1 ->> '$.authority')
ORDER BY s.day DESC, s.authority LIMIT $1 ->> '$.limit'
