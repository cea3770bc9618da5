-- An authority's exports, the newest first; `before` is the moment of the last row seen.
SELECT json_build_object(
    'id', x.id, 'authority', x.authority, 'profile', x.profile, 'deliveries', x.deliveries,
    'decided_until', x.decided_until, 'person', x.person, 'name', x.name, 'at', x.at
)::text
FROM exports AS x WHERE x.authority = ($1::json) ->> 'authority'
    AND x.at < coalesce((($1::json) ->> 'before')::bigint, 9223372036854775807)
ORDER BY x.at DESC, x.id DESC LIMIT (($1::json) ->> 'limit')::bigint
