-- The filters that one of an authority's staff has, and those of all, by name.
SELECT json_object(
    'authority', x.authority, 'owner', x.owner, 'name', x.name, 'query', x.query,
    'person', x.person, 'person_name', x.person_name, 'at', x.at
)
FROM saved_filters AS x
WHERE x.authority = $1 ->> '$.authority' AND x.owner IN ('', $1 ->> '$.person')
ORDER BY x.owner, x.name
