SELECT json_object(
    'authority', x.authority, 'channel', x.channel, 'position', x.position,
    'config', x.config, 'updated_at', x.updated_at
)
FROM endpoints AS x WHERE $1 IS NOT NULL
ORDER BY x.authority, x.position
