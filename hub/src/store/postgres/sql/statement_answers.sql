-- What an authority answered about a day, the newest first.
SELECT json_build_object(
    'authority', x.authority, 'day', x.day, 'id', x.id, 'digest', x.digest,
    'packages', x.packages, 'answered', x.answered, 'missing', x.missing,
    'unknown', x.unknown, 'other', x.other, 'differences', x.differences, 'via', x.via,
    'person', x.person, 'name', x.name, 'at', x.at, 'source', x.source
)::text
FROM statement_answers AS x
WHERE x.authority = ($1::json) ->> 'authority' AND x.day = ($1::json) ->> 'day'
ORDER BY x.id DESC LIMIT (($1::json) ->> 'limit')::bigint
