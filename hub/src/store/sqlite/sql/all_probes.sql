SELECT json_object(
    'authority', x.authority, 'channel', x.channel, 'next_at', x.next_at,
    'looked_at', x.looked_at, 'code', x.code, 'failing_since', x.failing_since,
    'expires_at', x.expires_at
)
FROM probes AS x WHERE $1 IS NOT NULL
