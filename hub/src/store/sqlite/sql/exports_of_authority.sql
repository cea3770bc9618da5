-- An authority's exports, the newest first.
SELECT json_object(
    'id', x.id, 'authority', x.authority, 'profile', x.profile, 'deliveries', x.deliveries,
    'decided_until', x.decided_until, 'person', x.person, 'name', x.name, 'at', x.at
)
FROM exports AS x WHERE x.authority = $1 ->> '$.authority'
ORDER BY x.at DESC, x.id DESC LIMIT $1 ->> '$.limit'
