SELECT json_build_object(
    'id', x.id, 'host', x.host, 'address', x.address, 'roles', x.roles, 'build', x.build,
    'started_at', x.started_at, 'heard_at', x.heard_at
)::text
FROM processes AS x WHERE $1::text IS NOT NULL
ORDER BY x.started_at, x.id
