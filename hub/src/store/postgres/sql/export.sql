SELECT json_build_object(
    'id', x.id, 'authority', x.authority, 'profile', x.profile, 'deliveries', x.deliveries,
    'decided_until', x.decided_until, 'person', x.person, 'name', x.name, 'at', x.at
)::text
FROM exports AS x WHERE x.id = (($1::json) #>> '{}')::uuid
