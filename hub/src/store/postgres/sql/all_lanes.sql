SELECT json_build_object(
    'authority', x.authority, 'channel', x.channel, 'breaker', x.breaker,
    'failures', x.failures, 'openings', x.openings, 'open_until', x.open_until,
    'paused_at', x.paused_at, 'paused_why', x.paused_why, 'cap', x.cap,
    'last_error', x.last_error, 'updated_at', x.updated_at
)::text
FROM lanes AS x WHERE $1::text IS NOT NULL
ORDER BY x.authority, x.channel
