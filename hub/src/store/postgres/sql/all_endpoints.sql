SELECT json_build_object(
    'authority', x.authority, 'channel', x.channel, 'position', x.position,
    'config', x.config, 'updated_at', x.updated_at
)::text
FROM endpoints AS x WHERE $1::text IS NOT NULL
ORDER BY x.authority, x.position
