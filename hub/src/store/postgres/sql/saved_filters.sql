-- The filters that one of an authority's staff has, and those of all, by name.
SELECT json_build_object(
    'authority', x.authority, 'owner', x.owner, 'name', x.name, 'query', x.query,
    'person', x.person, 'person_name', x.person_name, 'at', x.at
)::text
FROM saved_filters AS x
WHERE x.authority = ($1::json) ->> 'authority' AND x.owner IN ('', ($1::json) ->> 'person')
ORDER BY x.owner, x.name
